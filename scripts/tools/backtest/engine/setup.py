"""What a backtest is run with: the accounts, the contract they trade, and what trading costs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from functions.contract.account import Instrument
from functions.contract.scalars import StrategyId
from functions.director.context import Subscription
from scripts.tools.backtest.engine.past import Past
from scripts.tools.backtest.engine.restrictions import Restrictions
from scripts.tools.operator.documents import Limits, Strategy


@dataclass(frozen=True, slots=True)
class Costs:
    """What the broker takes apart from the spread, which the bars carry.

    commission_per_lot: for each deal, so twice per trade, in the account's currency.
    slippage_points: how much worse than the quote every market order and stop loss is filled; a take profit
        is a limit order and fills at its price.
    swap_long_per_lot, swap_short_per_lot: credited per lot and night, three times on Wednesdays; negative
        where it costs, as SYMBOL_SWAP_LONG and SYMBOL_SWAP_SHORT, but in the account's currency.
    """

    commission_per_lot: Decimal = Decimal(0)
    slippage_points: int = 0
    swap_long_per_lot: Decimal = Decimal(0)
    swap_short_per_lot: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class AccountSetup:
    """One account: its money, its limits, which strategies it follows and how, and what lies behind it."""

    account_id: str
    currency: str
    balance: Decimal
    leverage: int
    server_time_offset_seconds: int
    limits: Limits
    subscriptions: Mapping[StrategyId, Subscription]
    past: Past = field(default_factory=Past)


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything a backtest depends on but the bars."""

    instrument: Instrument
    costs: Costs
    accounts: tuple[AccountSetup, ...]
    strategies: tuple[Strategy, ...]
    restrictions: Restrictions = field(default_factory=Restrictions)

    @property
    def point(self) -> Decimal:
        """The last digit of a price."""
        return Decimal(1).scaleb(-self.instrument.digits)
