"""What the director knows about one account when it decides: the ledger's `account_context`, parsed."""

from datetime import date
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from functions.contract.account import AccountState, Instrument
from functions.contract.base import refuse
from functions.contract.scalars import (
    AccountId,
    Boolean,
    Count,
    DirectiveNo,
    PositiveDecimal,
    Ratio,
    Side,
    SignedDecimal,
    StrategyId,
    Symbol,
    Timestamp,
)

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
# In the order of datetime.weekday().
DAYS: Final[tuple[Day, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Clock = Annotated[str, StringConstraints(strict=True, pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]
Opposite = Literal["hedge", "ignore", "reverse"]

# Ledger and director are deployed apart: a field that a newer ledger adds must not stop decisions.
_TOLERANT: Final = ConfigDict(frozen=True, extra="ignore")


class _Part(BaseModel):
    model_config = _TOLERANT


class Subscription(_Part):
    """How an account follows the strategy: its own share of the account's risk per trade.

    allocation: the fraction of equity the strategy sizes from; None is all of it.
    """

    risk_multiplier: PositiveDecimal
    allocation: Ratio | None = None
    max_open_positions_strategy: Count | None = None


class Session(_Part):
    """A window of each week in which positions may be opened: from `opens` to just before `closes`, UTC."""

    day: Day
    opens: Clock
    closes: Clock

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> Self:
        if self.opens >= self.closes:
            refuse("a session opens before it closes; one across midnight is two")
        return self


class Limits(_Part):
    """The account's risk limits; docs/risk.md explains each.

    Ages and lifetimes in seconds, slippage and spread in points, counts in positions, losses and margin in
    fractions of equity, net exposure in multiples of it. None is no limit.
    """

    risk_per_trade: Ratio
    min_strength: Ratio
    max_signal_age_seconds: Count
    max_open_positions_account: Count
    max_open_positions_symbol: Count
    volume_max_lots: PositiveDecimal
    directive_ttl_seconds: Count
    max_slippage_points: Count
    max_state_age_seconds: Count
    max_open_positions_currency: Count | None = None
    max_open_positions_group: Count | None = None
    max_net_exposure_currency: PositiveDecimal | None = None
    max_daily_loss: Ratio | None = None
    max_drawdown: Ratio | None = None
    max_spread_points: Count | None = None
    max_margin_use: Ratio | None = None
    max_consecutive_losses: Count | None = None
    cool_down_seconds: Count | None = None
    sessions: tuple[Session, ...] | None = None
    # None hedges: both sides of a symbol may be held.
    opposite_positions: Opposite | None = None
    # None allows them.
    allow_duplicates: Boolean | None = None


class ReportedState(AccountState):
    """The account as its officer last reported it, and when that was."""

    model_config = _TOLERANT

    reported_at: Timestamp


class Specification(Instrument):
    """The signal's symbol as the account's broker specifies it."""

    model_config = _TOLERANT


class Halt(_Part):
    """A halt in force that covers this account and signal."""

    scope: Literal["global", "account", "symbol", "strategy"]
    value: str | None
    reason: str


class Exposure(_Part):
    """A directive to open on the signal's symbol: `reserved` until the broker has filled it, then `open`.

    created_at: its story's, that is when the signal that led to it was created, UTC. stop_loss and
    take_profit, as last directed, are told only where the signal is one to modify.
    """

    directive_no: DirectiveNo
    strategy_id: StrategyId
    symbol: Symbol
    side: Side
    created_at: Timestamp
    volume_lots: PositiveDecimal
    stop_loss: PositiveDecimal | None
    take_profit: PositiveDecimal | None
    state: Literal["reserved", "open"]
    # A close of it is already on its way.
    closing: Boolean


class EquityMarks(_Part):
    """Where losses are counted from: the equity its day (UTC) began with, and the highest ever reported."""

    day: date
    day_start_equity: SignedDecimal
    high_water_equity: SignedDecimal


class Holding(_Part):
    """Anything the account holds or has reserved, in any symbol, with what it takes to value it.

    price: the entry its signal gave, quote currency. tick_size and tick_value are its symbol's, as last
    reported; None where the broker has not specified it. changed_at: its last fill, partial close or issue.
    """

    directive_no: DirectiveNo
    strategy_id: StrategyId
    symbol: Symbol
    side: Side
    volume_lots: PositiveDecimal
    price: PositiveDecimal | None = None
    tick_size: PositiveDecimal | None = None
    tick_value: PositiveDecimal | None = None
    state: Literal["reserved", "open"]
    changed_at: Timestamp


class LosingStreak(_Part):
    """How many of the last closes in a row lost money, at most the account's limit, and when the last did."""

    losses: Count
    last_loss_at: Timestamp | None = None


class CorrelationGroup(_Part):
    """Symbols that move together, as the operator sees it."""

    group_id: str
    symbols: tuple[Symbol, ...]


class NewsWindow(_Part):
    """A time in which the operator wants nothing opened in a currency, or in a symbol that is no pair."""

    currency: Symbol
    starts_at: Timestamp
    ends_at: Timestamp
    label: str


class AccountContext(_Part):
    """One subscribed account at the moment of the decision; the counts include what is only reserved.

    What a limit needs is told where the account has such a limit. A limit that is set and whose facts are
    None declines: what is not known is not taken for harmless.
    exposures_token: stands for all that the account held when this was read; the ledger issues an open only
    if it still holds just that.
    """

    account_id: AccountId
    subscription: Subscription
    limits: Limits
    enabled: Boolean
    state: ReportedState | None
    instrument: Specification | None
    halted: Halt | None
    open_positions_account: Count
    open_positions_symbol: Count
    exposures: tuple[Exposure, ...]
    equity_marks: EquityMarks | None = None
    holdings: tuple[Holding, ...] | None = None
    exposures_token: str | None = None
    losing_streak: LosingStreak | None = None
    # The spread at the close of the newest bar that is no older than the signal's; None if nobody tells it.
    spread_points: Count | None = None
    # Those that the signal's symbol belongs to.
    groups: tuple[CorrelationGroup, ...] = ()
    # Those that are open, and those that a directive could still meet.
    news_windows: tuple[NewsWindow, ...] = ()
