"""What an operator hands to the ledger: accounts with their limits, strategies and subscriptions."""

from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from functions.contract.scalars import (
    AccountId,
    Code,
    Currency,
    Integer,
    PositiveDecimal,
    Ratio,
    SignedDecimal,
    StrategyId,
    Symbol,
    Text,
    Timeframe,
    Timestamp,
)
from functions.director.context import Opposite, Session
from functions.generator.strategies.registry import required_bars

# What a Postgres integer holds.
_Positive = Annotated[Integer, Field(ge=1, le=2**31 - 1)]
_NotNegative = Annotated[Integer, Field(ge=0, le=2**31 - 1)]


def _above_zero(fraction: Decimal | None) -> Decimal | None:
    if fraction == 0:
        raise ValueError("must be above zero")
    return fraction


_Fraction = Annotated[Ratio, AfterValidator(_above_zero)]
GroupId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]


class Document(BaseModel):
    """One JSON object for one of the operator's functions."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    def as_json(self) -> dict[str, Any]:
        """Itself, of what JSON knows."""
        return self.model_dump(mode="json")


class Limits(Document):
    """What the director may do with an account; as columns of ledger.accounts, where each is explained."""

    broker: Text = ""
    enabled: bool = True
    risk_per_trade: _Fraction = Decimal("0.01")
    min_strength: Ratio = Decimal(0)
    max_signal_age_seconds: _Positive = 600
    max_open_positions_account: _NotNegative = 5
    max_open_positions_symbol: _NotNegative = 1
    volume_max_lots: PositiveDecimal = Decimal(1)
    directive_ttl_seconds: _Positive = 300
    max_slippage_points: Annotated[Integer, Field(ge=0, le=100_000)] = 20
    max_state_age_seconds: _Positive = 600
    max_in_flight: _Positive = 5
    takeover_seconds: Annotated[Integer, Field(ge=10, le=2**31 - 1)] = 120
    max_open_positions_currency: _NotNegative | None = None
    max_open_positions_group: _NotNegative | None = None
    max_net_exposure_currency: PositiveDecimal | None = None
    max_daily_loss: _Fraction | None = None
    max_drawdown: _Fraction | None = None
    max_spread_points: _NotNegative | None = None
    max_margin_use: _Fraction | None = None
    max_consecutive_losses: Annotated[Integer, Field(ge=1, le=100)] | None = None
    cool_down_seconds: _Positive | None = None
    sessions: Annotated[tuple[Session, ...], Field(min_length=1, max_length=50)] | None = None
    opposite_positions: Opposite | None = None
    allow_duplicates: bool | None = None
    equity_marks_since: Timestamp | None = None
    net_deposits: SignedDecimal | None = None


class Account(Limits):
    """An account to open; login and server as the terminal names them, never to change."""

    account_id: AccountId
    login: Annotated[Integer, Field(ge=1, le=2**63 - 1)]
    server: Text
    currency: Currency

    @model_validator(mode="after")
    def _cools_down_after_so_many_losses(self) -> Self:
        if (self.max_consecutive_losses is None) != (self.cool_down_seconds is None):
            raise ValueError("max_consecutive_losses and cool_down_seconds come together")
        return self


class Strategy(Document):
    """A strategy to save: a kind of functions.generator.strategies with its parameters."""

    strategy_id: StrategyId
    kind: Code
    symbols: Annotated[tuple[Symbol, ...], Field(min_length=1, max_length=100)]
    timeframe: Timeframe
    bar_source: Annotated[str, Field(pattern=r"^(feed|account:[a-z0-9][a-z0-9_-]{0,62})$")] = "feed"
    parameters: dict[str, Any]
    warm_up_bars: int = 0
    enabled: bool = True

    @model_validator(mode="before")
    @classmethod
    def _reads_what_it_needs(cls, given: dict[str, Any]) -> dict[str, Any]:
        """How many bars it reads follows from kind and parameters; nobody has to know. Raises Problem."""
        if "kind" not in given or "parameters" not in given:
            return given
        return {**given, "warm_up_bars": required_bars(given["kind"], given["parameters"])}


class Subscription(Document):
    """An account that follows a strategy, with a share of its own of the account's risk per trade."""

    account_id: AccountId
    strategy_id: StrategyId
    risk_multiplier: PositiveDecimal = Decimal(1)
    allocation: _Fraction | None = None
    max_open_positions_strategy: _NotNegative | None = None
    enabled: bool = True

    @model_validator(mode="after")
    def _multiplies_by_ten_at_most(self) -> Self:
        if self.risk_multiplier > 10:
            raise ValueError("risk_multiplier must be 10 or less")
        return self


class CorrelationGroup(Document):
    """Symbols that move together; without any, the group is given up."""

    group_id: GroupId
    symbols: Annotated[tuple[Symbol, ...], Field(max_length=100)]


class NewsWindow(Document):
    """A time in which nothing is opened in a currency, or in a symbol that is no pair."""

    currency: Symbol
    starts_at: Timestamp
    ends_at: Timestamp
    label: Annotated[Text, Field(min_length=1, max_length=200)]
    enabled: bool = True

    @model_validator(mode="after")
    def _ends_within_a_week(self) -> Self:
        if not timedelta(0) < self.ends_at - self.starts_at <= timedelta(days=7):
            raise ValueError("a news window ends after it starts, within seven days")
        return self
