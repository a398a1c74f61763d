"""What the director knows about one account when it decides: the ledger's `account_context`, parsed."""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from functions.contract.account import AccountState, Instrument
from functions.contract.scalars import (
    AccountId,
    Boolean,
    Count,
    DirectiveNo,
    PositiveDecimal,
    Ratio,
    Side,
    StrategyId,
    Symbol,
    Timestamp,
)

# Ledger and director are deployed apart: a field that a newer ledger adds must not stop decisions.
_TOLERANT: Final = ConfigDict(frozen=True, extra="ignore")


class _Part(BaseModel):
    model_config = _TOLERANT


class Subscription(_Part):
    """How an account follows the strategy: its own share of the account's risk per trade."""

    risk_multiplier: PositiveDecimal


class Limits(_Part):
    """The account's risk limits; ages and lifetimes in seconds, slippage in points, counts in positions."""

    risk_per_trade: Ratio
    min_strength: Ratio
    max_signal_age_seconds: Count
    max_open_positions_account: Count
    max_open_positions_symbol: Count
    volume_max_lots: PositiveDecimal
    directive_ttl_seconds: Count
    max_slippage_points: Count
    max_state_age_seconds: Count


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


class AccountContext(_Part):
    """One subscribed account at the moment of the decision; the counts include what is only reserved."""

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
