"""The checkpoints by themselves: numbered without gaps, each sealing the one before."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, LiteralString, NamedTuple, Self

from psycopg.rows import TupleRow

from scripts.tools.evidence.auditor import Connection, rows, stream
from scripts.tools.evidence.entries import netstrings, utc
from scripts.tools.evidence.verify.findings import Code, Findings

_TOLD: LiteralString = """
    select checkpoint_no, tree_size, encode(root_hash, 'hex') as root_hash, epoch,
    checkpointed_at::text as checkpointed_at, encode(previous_hash, 'hex') as previous_hash,
    encode(hash, 'hex') as hash
    from ledger.checkpoints
"""
_ALL: LiteralString = _TOLD + "order by checkpoint_no"
_THESE: LiteralString = _TOLD + "where checkpoint_no = any (%s)"
_LAST: LiteralString = _TOLD + "order by checkpoint_no desc limit 1"


class Checkpoint(NamedTuple):
    """A checkpoint as it is told (ledger.checkpoint_document): hashes in hex, times as in the contracts."""

    checkpoint_no: int
    tree_size: int
    root_hash: str
    epoch: int
    checkpointed_at: str
    previous_hash: str | None
    hash: str

    @classmethod
    def of_row(cls, row: TupleRow) -> Self:
        """The checkpoint of a row."""
        told = cls._make(row)
        return told._replace(checkpointed_at=utc(told.checkpointed_at))

    @property
    def place(self) -> str:
        """Which it is, for people."""
        return f"checkpoint {self.checkpoint_no}"

    def sealed(self) -> str:
        """The hash it must have, in hex: SHA-256 over its other fields as netstrings."""
        told = (None if field is None else str(field) for field in self[:-1])
        return hashlib.sha256(netstrings(*told)).hexdigest()


def checkpoints(connection: Connection, findings: Findings) -> Iterator[Checkpoint]:
    """All checkpoints in their order, each held against the one before it as it goes by."""
    before: Checkpoint | None = None
    for row in stream(connection, "checkpoints", _ALL):
        checkpoint = Checkpoint.of_row(row)
        _compare(checkpoint, before, findings)
        yield checkpoint
        before = checkpoint


def last_checkpoint(connection: Connection) -> Checkpoint | None:
    """The newest checkpoint."""
    for row in rows(connection, _LAST):
        return Checkpoint.of_row(tuple(row.values()))
    return None


def these_checkpoints(connection: Connection, numbers: Sequence[int]) -> dict[int, Checkpoint]:
    """Those of the checkpoints that there are, by number."""
    found = (Checkpoint.of_row(tuple(row.values())) for row in rows(connection, _THESE, numbers))
    return {checkpoint.checkpoint_no: checkpoint for checkpoint in found}


def _compare(checkpoint: Checkpoint, before: Checkpoint | None, findings: Findings) -> None:
    def add(code: Code, explanation: str) -> None:
        findings.add(code, checkpoint.place, explanation, checkpoint_no=checkpoint.checkpoint_no)

    if checkpoint.sealed() != checkpoint.hash:
        add(Code.CHECKPOINT_CHAIN_BROKEN, "its hash is not that of its content")
    if checkpoint.checkpoint_no != (before.checkpoint_no + 1 if before else 1):
        add(Code.CHECKPOINT_MISSING, "the checkpoint before it is missing")
    elif checkpoint.previous_hash != (before.hash if before else None):
        add(Code.CHECKPOINT_CHAIN_BROKEN, "it does not seal the checkpoint before it")
    elif before and checkpoint.tree_size <= before.tree_size:
        add(Code.CHECKPOINT_CHAIN_BROKEN, "its tree is no larger than that of the checkpoint before it")


def as_document(checkpoint: Checkpoint | None) -> dict[str, Any] | None:
    """A checkpoint as JSON."""
    return checkpoint._asdict() if checkpoint else None
