"""The archivist's request and answer: expire, make partitions, seal the journal, archive past months."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from functions.contract.base import Message
from functions.contract.scalars import (
    MAX_SAFE_INTEGER,
    AccountId,
    Action,
    Boolean,
    Code,
    Count,
    DirectiveNo,
    Integer,
    Symbol,
    Timestamp,
    Uuid,
)

Number = Annotated[Integer, Field(ge=1, le=MAX_SAFE_INTEGER)]
Sha256 = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9a-f]{64}$")]
MonthName = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]

Step = Literal["chosen", "signals_archived", "checkpointed", "moved"]
Obstacle = Literal["retention", "open_stories", "checkpoint", "lock", "another_archivist", "more"]
Part = Literal["partitions", "checkpoint", "archive", "unresolved"]
Reason = Literal[
    "signal_pending",
    "directive_pending",
    "directive_acknowledged",
    "position_open",
    "order_open",
    "follow_up_unresolved",
    "follow_up_within_retention",
]


class ArchivistRequest(Message):
    """Whether to archive months, older than how many days, and the size of a checkpoint; null: default."""

    archive: Boolean
    retention_days: Annotated[Integer, Field(ge=1, le=36_500)] | None
    max_leaves: Annotated[Integer, Field(ge=1, le=100_000)] | None


class Checkpoint(Message):
    """A Merkle root over the first `tree_size` journal rows; hashes in hex, `hash` over all other fields."""

    checkpoint_no: Number
    tree_size: Number
    root_hash: Sha256
    epoch: Annotated[Integer, Field(ge=1, le=2**31 - 1)]
    checkpointed_at: Timestamp
    previous_hash: Sha256 | None
    hash: Sha256


class OpenStory(Message):
    """A story that keeps its month, and why; directive and account are null where it is the signal."""

    reason: Reason
    signal_id: Uuid
    symbol: Symbol
    created_at: Timestamp
    directive_no: DirectiveNo | None
    account_id: AccountId | None


class ArchiveMonth(Message):
    """A month (`2026-01`) on its way into the archive: its last step, and what the next one waits for."""

    month: MonthName
    step: Step | None
    waits_for: Obstacle | None
    open_count: Count
    open_stories: Annotated[tuple[OpenStory, ...], Field(max_length=100)]


class UnresolvedDirective(Message):
    """A directive acknowledged long ago and still without a result."""

    directive_id: Uuid
    directive_no: DirectiveNo
    account_id: AccountId
    symbol: Symbol
    action: Action
    acknowledged_at: Timestamp


class Failure(Message):
    """A part of the run that failed, and the code of problems.json it failed with."""

    part: Part
    code: Code


class ArchivistAnswer(Message):
    """What one run of the archivist did, what waits, and what needs a person."""

    server_time: Timestamp
    cancelled: Count
    partitions_made: Count
    checkpoint: Checkpoint | None
    leaves_added: Count
    months: Annotated[tuple[ArchiveMonth, ...], Field(max_length=1000)]
    unresolved: Annotated[tuple[UnresolvedDirective, ...], Field(max_length=100)]
    unresolved_count: Count
    failures: Annotated[tuple[Failure, ...], Field(max_length=16)]
