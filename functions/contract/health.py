"""Health: what anybody may know about the state of the system."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from functions.contract.base import Message, refuse
from functions.contract.scalars import Boolean, Integer, Text, Timestamp


class LedgerHealth(Message):
    """What the database says about itself; everything but `reachable` is null if it cannot be asked."""

    reachable: Boolean
    migration: Text | None
    simulated_time: Boolean | None
    partitions_until: Timestamp | None


class HealthAnswer(Message):
    """`degraded` means that something needs a person, though requests may still be served."""

    status: Literal["ok", "degraded"]
    contract_version: Annotated[Integer, Field(ge=1, le=1)]
    ledger: LedgerHealth

    @model_validator(mode="after")
    def _is_not_ok_without_a_ledger(self) -> Self:
        if self.status == "ok" and not self.ledger.reachable:
            refuse("the status is degraded while the ledger cannot be reached")
        return self
