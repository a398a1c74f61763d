"""Report: an officer hands in facts, and learns how each was kept."""

from typing import Annotated, Literal

from pydantic import Field

from functions.contract.base import Message
from functions.contract.execution import ExecutionEvent
from functions.contract.scalars import DirectiveStatus, Timestamp, Uuid

Anomaly = Literal[
    "late",
    "never_acknowledged",
    "other_instance",
    "unknown_directive",
    "event_conflict",
    "volume_exceeds_directive",
]


class ReportRequest(Message):
    """Facts in the order in which they happened."""

    instance_id: Uuid
    events: Annotated[tuple[ExecutionEvent, ...], Field(min_length=1, max_length=100)]


class ReportResult(Message):
    """How one fact was kept, the status of its directive now, and what was odd about it."""

    event_id: Uuid
    outcome: Literal["recorded", "duplicate", "conflict", "unmatched"]
    directive_status: DirectiveStatus | None
    anomalies: Annotated[tuple[Anomaly, ...], Field(max_length=16)]


class ReportAnswer(Message):
    """One result per reported event, in the order of the request."""

    server_time: Timestamp
    results: Annotated[tuple[ReportResult, ...], Field(max_length=100)]
