"""Directives: one command for one account, as the director proposes it and as an officer receives it."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from functions.contract.base import Message, refuse
from functions.contract.scalars import (
    AccountId,
    Action,
    DirectiveNo,
    Integer,
    OrderType,
    PositiveDecimal,
    Side,
    StrategyId,
    Symbol,
    Timestamp,
    Uuid,
)


class Command(Message):
    """The part of a directive that says what to do at the broker."""

    action: Action
    side: Side
    order_type: OrderType
    volume_lots: PositiveDecimal | None
    price: PositiveDecimal | None
    stop_loss: PositiveDecimal | None
    take_profit: PositiveDecimal | None
    max_slippage_points: Annotated[Integer, Field(ge=0, le=100_000)]
    target_directive_no: DirectiveNo | None
    priority: Annotated[Integer, Field(ge=0, le=9)]
    expires_at: Timestamp | None

    @model_validator(mode="after")
    def _says_what_its_action_needs(self) -> Self:
        if self.action == "open":
            if self.target_directive_no is not None:
                refuse("a directive to open has no target_directive_no")
            if self.volume_lots is None or self.expires_at is None:
                refuse("a directive to open needs volume_lots and expires_at")
        elif self.target_directive_no is None:
            refuse("a directive to close or to modify needs target_directive_no")
        return self

    @model_validator(mode="after")
    def _has_a_price_unless_at_market(self) -> Self:
        if (self.order_type == "market") != (self.price is None):
            refuse("price is null for a market order, and only then")
        return self


class ProposedDirective(Command):
    """A directive that the director asks the ledger to issue, before it has a number and a time."""


class Directive(Command):
    """A directive as issued: its number makes the magic number, which names the position at the broker."""

    directive_id: Uuid
    directive_no: DirectiveNo
    signal_id: Uuid
    strategy_id: StrategyId
    symbol: Symbol
    created_at: Timestamp
    account_id: AccountId
    issued_at: Timestamp
