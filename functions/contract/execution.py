"""Execution events: facts that an officer reports from the broker, never changed once recorded."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from functions.contract.base import Message, refuse
from functions.contract.scalars import (
    Code,
    Integer,
    NonNegativeDecimal,
    SignedDecimal,
    Text,
    Ticket,
    Timestamp,
    Uuid,
)

Kind = Literal[
    "order_filled",
    "order_placed",
    "order_rejected",
    "order_failed",
    "order_cancelled",
    "position_closed",
    "position_modified",
    "outcome_unknown",
]
Status = Literal["success", "failed", "rejected"]
Reason = Literal["expert", "stop_loss", "take_profit", "stop_out", "client", "other"]

STATUS_OF_KIND: Final[Mapping[Kind, Status]] = {
    "order_filled": "success",
    "order_placed": "success",
    "order_rejected": "rejected",
    "order_failed": "failed",
    "order_cancelled": "success",
    "position_closed": "success",
    "position_modified": "success",
    "outcome_unknown": "failed",
}


class ExecutionEvent(Message):
    """One thing that happened, or failed to happen, at the broker because of one directive."""

    event_id: Uuid
    directive_id: Uuid
    kind: Kind
    status: Status
    order_ticket: Ticket | None
    deal_ticket: Ticket | None
    position_id: Ticket | None
    price: SignedDecimal | None
    volume_lots: NonNegativeDecimal | None
    commission: SignedDecimal | None
    swap: SignedDecimal | None
    profit: SignedDecimal | None
    reason: Reason | None
    retcode: Annotated[Integer, Field(ge=0, le=2**31 - 1)] | None
    code: Code | None
    message: Text | None
    occurred_at: Timestamp
    references_event_id: Uuid | None

    @model_validator(mode="after")
    def _has_the_status_of_its_kind(self) -> Self:
        if self.status != STATUS_OF_KIND[self.kind]:
            refuse(f"the status of {self.kind} is {STATUS_OF_KIND[self.kind]}")
        return self

    @model_validator(mode="after")
    def _says_what_was_traded(self) -> Self:
        if self.kind in ("order_filled", "position_closed") and None in (self.price, self.volume_lots):
            refuse(f"{self.kind} needs price and volume_lots")
        return self
