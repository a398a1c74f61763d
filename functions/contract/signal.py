"""Signals: what a strategy wants, before anybody has decided what it means for an account."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from functions.contract.base import Message, refuse
from functions.contract.scalars import (
    Action,
    Code,
    PositiveDecimal,
    Ratio,
    Side,
    SignedDecimal,
    StrategyId,
    Symbol,
    Timeframe,
    Timestamp,
    Uuid,
)


class Signal(Message):
    """One wish of one strategy about one symbol; (signal_id, symbol, created_at) is the story key."""

    signal_id: Uuid
    strategy_id: StrategyId
    symbol: Symbol
    timeframe: Timeframe
    created_at: Timestamp
    action: Action
    side: Side | None
    strength: Ratio
    entry_price: PositiveDecimal | None
    stop_loss: PositiveDecimal | None
    take_profit: PositiveDecimal | None
    expires_at: Timestamp
    indicators: Annotated[dict[Code, SignedDecimal], Field(max_length=32)]
    opened_before: Timestamp | None

    @model_validator(mode="after")
    def _says_what_its_action_needs(self) -> Self:
        if self.action == "open" and None in (self.side, self.entry_price, self.stop_loss):
            refuse("a signal to open needs side, entry_price and stop_loss")
        if self.action == "modify" and self.stop_loss is None and self.take_profit is None:
            refuse("a signal to modify needs stop_loss or take_profit")
        if self.action == "open" and self.opened_before is not None:
            refuse("a signal to open has no opened_before")
        return self


class PublishedSignal(Message):
    """What became of one signal that was published: new, known already, or known with other content."""

    signal_id: Uuid
    strategy_id: StrategyId
    symbol: Symbol
    created_at: Timestamp
    action: Action
    side: Side | None
    outcome: Literal["published", "duplicate", "conflict"]
