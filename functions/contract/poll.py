"""Poll: an officer asks what there is to do, and what of its work is still without a result."""

from typing import Annotated

from pydantic import Field

from functions.contract.base import Message
from functions.contract.directive import Directive
from functions.contract.scalars import Boolean, Count, DirectiveStatus, Integer, Timestamp, Uuid


class PollRequest(Message):
    """`instance_id` names one running officer; `unresolved` are the directives it is still working on."""

    instance_id: Uuid
    max_directives: Annotated[Integer, Field(ge=1, le=100)]
    unresolved: Annotated[tuple[Uuid, ...], Field(max_length=500)]


class UnresolvedDirective(Message):
    """An acknowledged directive without a result; `takeover` says that another instance holds it."""

    directive: Directive
    acknowledged_by: Uuid
    acknowledged_at: Timestamp
    takeover: Boolean


class SettledDirective(Message):
    """A directive the officer believes to be its own that no longer waits for a result; null is unknown."""

    directive_id: Uuid
    status: DirectiveStatus | None


class PollAnswer(Message):
    """What to do now, what to recover, and when to ask again."""

    server_time: Timestamp
    halted: Boolean
    poll_after_ms: Annotated[Integer, Field(ge=0, le=3_600_000)]
    in_flight: Count
    directives: Annotated[tuple[Directive, ...], Field(max_length=100)]
    unresolved: Annotated[tuple[UnresolvedDirective, ...], Field(max_length=1_000)]
    settled: Annotated[tuple[SettledDirective, ...], Field(max_length=500)]
