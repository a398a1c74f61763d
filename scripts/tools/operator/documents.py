"""What an operator hands to the ledger: accounts with their limits, strategies and subscriptions."""

from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from functions.contract.scalars import (
    AccountId,
    Code,
    Currency,
    Integer,
    PositiveDecimal,
    Ratio,
    StrategyId,
    Symbol,
    Text,
    Timeframe,
)
from functions.generator.strategies.registry import required_bars

# What a Postgres integer holds.
_Positive = Annotated[Integer, Field(ge=1, le=2**31 - 1)]
_NotNegative = Annotated[Integer, Field(ge=0, le=2**31 - 1)]


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
    risk_per_trade: Ratio = Decimal("0.01")
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

    @field_validator("risk_per_trade")
    @classmethod
    def _risks_something(cls, risk_per_trade: Decimal) -> Decimal:
        if not risk_per_trade:
            raise ValueError("risk_per_trade must be above zero")
        return risk_per_trade


class Account(Limits):
    """An account to open; login and server as the terminal names them, never to change."""

    account_id: AccountId
    login: Annotated[Integer, Field(ge=1, le=2**63 - 1)]
    server: Text
    currency: Currency


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
    enabled: bool = True

    @model_validator(mode="after")
    def _multiplies_by_ten_at_most(self) -> Self:
        if self.risk_multiplier > 10:
            raise ValueError("risk_multiplier must be 10 or less")
        return self
