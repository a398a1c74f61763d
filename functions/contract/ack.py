"""Acknowledge: the one moment at which an instance commits itself to a directive."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from functions.contract.base import Message, refuse
from functions.contract.directive import Directive
from functions.contract.scalars import Boolean, Timestamp, Uuid

RefusalCode = Literal[
    "directive_expired",
    "directive_cancelled",
    "directive_taken",
    "directive_finished",
    "directive_unknown",
    "trading_halted",
]


class AckRequest(Message):
    """The directives that the instance is about to execute."""

    instance_id: Uuid
    directive_ids: Annotated[tuple[Uuid, ...], Field(min_length=1, max_length=100)]


class AckResult(Message):
    """Granted with everything needed to trade, or refused with a code."""

    directive_id: Uuid
    outcome: Literal["granted", "refused"]
    code: RefusalCode | None
    takeover: Boolean
    directive: Directive | None

    @model_validator(mode="after")
    def _is_granted_with_a_directive_or_refused_with_a_code(self) -> Self:
        granted = self.outcome == "granted"
        if granted != (self.directive is not None) or granted != (self.code is None):
            refuse("a granted result has a directive and no code, a refused one has a code and no directive")
        return self


class AckAnswer(Message):
    """One result per requested directive, in the order of the request."""

    server_time: Timestamp
    results: Annotated[tuple[AckResult, ...], Field(max_length=100)]
