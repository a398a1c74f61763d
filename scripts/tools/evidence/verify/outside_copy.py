"""Holds the checkpoints against a log kept outside the database, which nobody inside could rewrite."""

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from scripts.tools.evidence.auditor import Connection
from scripts.tools.evidence.verify.checkpoints import Checkpoint, last_checkpoint, these_checkpoints
from scripts.tools.evidence.verify.findings import Code, Findings
from scripts.tools.stack.errors import StackError

# Held at a time, however long the log is.
COPIES_AT_A_TIME = 1_000


def compare_with_copy(
    connection: Connection, copy: Path, findings: Findings
) -> tuple[int, Checkpoint | None]:
    """Hold the ledger's checkpoints against those in a log that was kept elsewhere.

    Returns how many checkpoints the copy holds, and its newest that the ledger agrees with.
    Raises StackError if the file cannot be read or tells of no checkpoint.
    """
    last = last_checkpoint(connection)
    copied = _copied(copy)
    count, agreed = 0, None
    while batch := list(islice(copied, COPIES_AT_A_TIME)):
        count += len(batch)
        held = these_checkpoints(connection, [told.checkpoint_no for told in batch if _is_whole(told)])
        for told in batch:
            mine = held.get(told.checkpoint_no)
            if _agree(told, mine, last, findings) and (agreed is None or agreed.tree_size < told.tree_size):
                agreed = told
    if not count:
        raise StackError(f"{copy} tells of no checkpoint: give the log that the archivist's lines went to")
    return count, agreed


def _agree(told: Checkpoint, mine: Checkpoint | None, last: Checkpoint | None, findings: Findings) -> bool:
    def add(code: Code, explanation: str) -> None:
        findings.add(code, told.place, explanation, checkpoint_no=told.checkpoint_no)

    if not _is_whole(told):
        add(Code.COPY_INVALID, "the outside copy itself was changed: its hash is not that of its content")
    elif mine is None:
        ends = f"its last is {last.place}" if last else "it has none"
        add(Code.CHECKPOINT_MISSING, f"the outside copy has it, the ledger has not; {ends}")
    elif mine != told:
        different = ", ".join(name for name in told._fields if getattr(told, name) != getattr(mine, name))
        add(Code.CHECKPOINT_DIFFERS, f"the outside copy says otherwise about {different}")
    else:
        return True
    return False


def _is_whole(told: Checkpoint) -> bool:
    """Whether a line of the copy is still what was logged; only then can its number be looked up."""
    return isinstance(told.checkpoint_no, int) and told.sealed() == told.hash


def _copied(copy: Path) -> Iterator[Checkpoint]:
    """The checkpoints in a log of JSON lines, wherever in a line they stand; other lines are passed over."""
    try:
        with copy.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if found := _within(_parsed(line)):
                    yield found
    except OSError as error:
        raise StackError(f"the outside copy cannot be read: {error}") from None


def _parsed(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _within(node: object) -> Checkpoint | None:
    """The checkpoint that an object is, or that one of its values holds."""
    if not isinstance(node, Mapping):
        return None
    if node.keys() >= set(Checkpoint._fields):
        return Checkpoint(**{name: node[name] for name in Checkpoint._fields})
    return next((found for value in node.values() if (found := _within(value))), None)
