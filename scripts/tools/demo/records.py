"""What a broker keeps: quotes, positions, orders and deals, and how it answers."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from functions.contract.scalars import Side

Entry = Literal["in", "out"]
Cause = Literal["expert", "stop_loss", "take_profit"]

_MAGIC_PREFIX = 0x4453 << 40
_DIRECTIVE_NO = 2**40 - 1


def magic_of(directive_no: int) -> int:
    """The magic number that names a directive at the broker."""
    return _MAGIC_PREFIX | directive_no


def directive_no_of(magic: int) -> int | None:
    """The directive that a magic number names, None if it is not one of ours."""
    return magic & _DIRECTIVE_NO if magic & ~_DIRECTIVE_NO == _MAGIC_PREFIX else None


def opposite(side: Side) -> Side:
    """The side of the deal that closes a position of this side."""
    return "sell" if side == "buy" else "buy"


@dataclass(frozen=True, slots=True)
class Quote:
    """The prices one can trade at: sell at the bid, buy at the ask."""

    bid: Decimal
    ask: Decimal

    def entry(self, side: Side) -> Decimal:
        """What opening on this side costs."""
        return self.ask if side == "buy" else self.bid

    def exit(self, side: Side) -> Decimal:
        """What closing a position of this side brings."""
        return self.bid if side == "buy" else self.ask


@dataclass(slots=True)
class Position:
    """An open position; `position_id` is the ticket of the order that opened it."""

    position_id: int
    magic: int
    side: Side
    volume_lots: Decimal
    open_price: Decimal
    stop_loss: Decimal | None
    take_profit: Decimal | None
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Order:
    """An order the broker accepted; never removed from its list. `side` is that of the order itself."""

    order_ticket: int
    magic: int
    side: Side
    volume_lots: Decimal
    entry: Entry
    cause: Cause
    position_id: int
    comment: str
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class Deal:
    """What an order came to; money in the account's currency.

    `magic` is that of the order, `position_magic` that of the order that opened the position.
    """

    deal_ticket: int
    order_ticket: int
    position_id: int
    magic: int
    position_magic: int
    entry: Entry
    cause: Cause
    volume_lots: Decimal
    price: Decimal
    commission: Decimal
    swap: Decimal
    profit: Decimal
    dealt_at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """The broker's answer to a request: MetaTrader's return code, its text, and the deal if there was one."""

    retcode: int
    comment: str
    deal: Deal | None = None
