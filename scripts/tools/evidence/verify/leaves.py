"""Reads the journal in the order of the Merkle tree: each row by itself, and the leaf that stands for it."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from psycopg import sql

from scripts.tools.evidence.auditor import Connection, stream
from scripts.tools.evidence.entries import COLUMNS, Entry, sealed
from scripts.tools.evidence.verify import payloads
from scripts.tools.evidence.verify.findings import Code, Findings
from scripts.tools.evidence.verify.tree import Tree

_COVERED = sql.SQL("""
    select l.leaf_no, l.journal_id, l.created_at::text, l.row_hash, {columns}
    from ledger.merkle_leaves l
    left join history.journal j on j.journal_id = l.journal_id and j.created_at = l.created_at
    order by l.leaf_no
""").format(columns=sql.SQL(COLUMNS))

# What the last checkpoint covers: all of earlier epochs, and of its own what is not above its frontier.
_UNCOVERED = sql.SQL("""
    select j.journal_id < e.first_journal_id
        or coalesce((j.xid, j.journal_id) <= (c.frontier, c.frontier_journal_id), false), {columns}
    from history.journal j
    cross join (select epoch, first_journal_id from ledger.journal_epochs order by epoch desc limit 1) e
    left join (select epoch, frontier, frontier_journal_id from ledger.checkpoints
        order by checkpoint_no desc limit 1) c on c.epoch = e.epoch
    where not exists (
        select from ledger.merkle_leaves l where l.journal_id = j.journal_id and l.created_at = j.created_at)
    order by j.journal_id
""").format(columns=sql.SQL(COLUMNS))

Step = Callable[[], None]


@dataclass(slots=True)
class Read:
    """How many rows were read: under a checkpoint, not yet under one, and from exports of dropped months.

    gone: how many leaves there are of each dropped month.
    """

    anchored: int = 0
    unanchored: int = 0
    exported: int = 0
    gone: Counter[str] = field(default_factory=Counter)

    @property
    def rows(self) -> int:
        """How many journal rows."""
        return self.anchored + self.unanchored + self.exported


def read_covered(
    connection: Connection, tree: Tree, dropped_months: Collection[str], findings: Findings, step: Step
) -> Read:
    """Grow the tree leaf by leaf, and check the row that each stands for.

    dropped_months: months (`2026-01`) whose rows are expected to be gone.
    """
    read = Read()
    for row in stream(connection, "covered", _COVERED):
        leaf_no, journal_id, created_at, row_hash = row[:4]
        tree.grow(leaf_no, journal_id, row_hash)
        # The right half of the join is empty where the leaf's row is gone.
        if row[4] is not None:
            read.anchored += 1
            entry = Entry._make(row[4:])
            check(entry, findings)
            if entry.hash != row_hash:
                _add(findings, Code.LEAF_MISMATCH, entry, f"leaf {leaf_no} has another hash")
        elif created_at[:7] in dropped_months:
            read.gone[created_at[:7]] += 1
        else:
            gone = f"journal row {journal_id} is gone"
            findings.add(Code.ROW_MISSING, f"leaf {leaf_no}", gone, journal_id=journal_id)
        step()
    tree.finish()
    return read


def read_uncovered(connection: Connection, findings: Findings, step: Step) -> int:
    """Check the rows that have no leaf: those since the last checkpoint, and no others. Returns how many."""
    count = 0
    for row in stream(connection, "uncovered", _UNCOVERED):
        count += 1
        entry = Entry._make(row[1:])
        check(entry, findings)
        if row[0]:
            _add(
                findings, Code.LEAF_MISSING, entry, "the last checkpoint covers it, but no leaf stands for it"
            )
        step()
    return count


def check(entry: Entry, findings: Findings) -> None:
    """Check a row by itself: its hash, and its payload."""
    if sealed(entry) != entry.hash:
        _add(findings, Code.ROW_HASH_MISMATCH, entry, "its hash is not that of its content")
    if wrong := payloads.fault(entry):
        _add(findings, Code.PAYLOAD_INVALID, entry, wrong)


def _add(findings: Findings, code: Code, entry: Entry, explanation: str) -> None:
    findings.add(code, entry.place, explanation, journal_id=entry.journal_id)
