"""What a backtest found out, account by account."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from scripts.tools.backtest.engine.directives import Decided, Issued
from scripts.tools.backtest.engine.past import Past
from scripts.tools.backtest.engine.positions import Position, Trade


@dataclass(frozen=True, slots=True)
class Point:
    """An account at the close of a bar: balance, equity at its last quote, and number of open positions."""

    at: datetime
    balance: Decimal
    equity: Decimal
    positions: int


@dataclass(frozen=True, slots=True)
class AccountResult:
    """One account after the last bar.

    began_at: when the first bar that could be acted on closed. deposit: the balance then.
    curve: one point per bar; the last one after its signals were traded. trades: in the order of their
        closing. positions: still open. balance, equity: those of the last point.
    server_time_offset_seconds: what its days are counted by. past: what an account has behind it that goes on
        where this one ended.
    """

    account_id: str
    currency: str
    server_time_offset_seconds: int
    began_at: datetime
    deposit: Decimal
    balance: Decimal
    equity: Decimal
    curve: tuple[Point, ...]
    trades: tuple[Trade, ...]
    positions: tuple[Position, ...]
    decisions: tuple[Decided, ...]
    directives: tuple[Issued, ...]
    past: Past = field(default_factory=Past)


@dataclass(frozen=True, slots=True)
class Result:
    """All accounts, in the order of their ids, and how many signals there were."""

    signals: int
    accounts: tuple[AccountResult, ...]
