"""Verifies the ledger outside the database: every hash, chain, root and checkpoint, and the tables beside."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.tools.evidence.auditor import Connection, number, rows
from scripts.tools.evidence.verify.chains import read_chains
from scripts.tools.evidence.verify.checkpoints import Checkpoint, as_document, last_checkpoint
from scripts.tools.evidence.verify.exported import read_exported
from scripts.tools.evidence.verify.findings import Code, Findings
from scripts.tools.evidence.verify.leaves import Read, read_covered, read_uncovered
from scripts.tools.evidence.verify.outside_copy import compare_with_copy
from scripts.tools.evidence.verify.tables import compare_tables
from scripts.tools.evidence.verify.tree import Tree

# Told after each row: which part of the work, and out of how many rows; None if nobody counted.
Progress = Callable[[str, int | None], None]

# The newest step of a month is where it stands; how many rows its export has was said when it was exported.
_DROPPED = """
    select to_char(month, 'YYYY-MM') as month, (
        select (e.details -> 'rows' ->> 'journal')::bigint from ledger.archive_steps e
        where e.month = newest.month and e.step = 'exported' order by e.step_no desc limit 1) as rows
    from (
        select distinct on (month) month, step from ledger.archive_steps order by month, step_no desc
    ) newest where step = 'dropped'
"""


@dataclass(slots=True)
class Verdict:
    """What was read, and what is wrong with it."""

    read: Read = field(default_factory=Read)
    findings: Findings = field(default_factory=Findings)
    checkpoints: int = 0
    chains: int = 0
    tables: int = 0
    last: Checkpoint | None = None
    copies: int | None = None
    agreed: Checkpoint | None = None
    seconds: float = 0.0

    @property
    def intact(self) -> bool:
        """Whether nothing at all is wrong."""
        return not self.findings.counts

    def as_document(self) -> dict[str, Any]:
        """The verdict as JSON."""
        first = self.findings.first
        return {
            "intact": self.intact,
            "rows": self.read.rows,
            "anchored": self.read.anchored,
            "unanchored": self.read.unanchored,
            "exported": self.read.exported,
            "dropped": self.read.gone.total(),
            "chains": self.chains,
            "tables": self.tables,
            "checkpoints": self.checkpoints,
            "last_checkpoint": as_document(self.last),
            "copies": self.copies,
            "last_agreed_copy": as_document(self.agreed),
            "seconds": round(self.seconds, 3),
            "rows_per_second": round(self.read.rows / self.seconds) if self.seconds else None,
            "first": first.as_document() if first else None,
            "counts": {code.value: count for code, count in sorted(self.findings.counts.items())},
            "findings": [finding.as_document() for finding in self.findings.kept],
        }


def verify(
    connection: Connection,
    *,
    copy: Path | None = None,
    exports: Path | None = None,
    progress: Progress = lambda part, total: None,
) -> Verdict:
    """Read everything once in the order of the tree and once chain by chain, a few rows at a time.

    copy: a log with checkpoints that was kept outside the database. Raises StackError if it cannot be read.
    exports: a folder with the exports of months that were dropped, which are then read too.
    A finding does not end the work: what can still be checked is.
    """
    began = time.monotonic()
    verdict = Verdict(last=last_checkpoint(connection))
    findings = verdict.findings
    total = number(connection, "select count(*) from history.journal")

    if copy:
        verdict.copies, verdict.agreed = compare_with_copy(connection, copy, findings)
    tree, dropped = Tree(connection, findings), _dropped_months(connection)
    verdict.read = read_covered(connection, tree, dropped, findings, lambda: progress("rows", total))
    verdict.read.unanchored = read_uncovered(connection, findings, lambda: progress("rows", total))
    verdict.checkpoints = tree.checkpoints
    _compare_dropped(dropped, verdict.read.gone, findings)
    if exports:
        gone = verdict.read.gone
        verdict.read.exported = read_exported(
            connection, exports, gone, findings, lambda: progress("exports", gone.total())
        )
    verdict.chains = read_chains(connection, findings, lambda: progress("chains", total))
    verdict.tables = compare_tables(connection, findings, lambda: progress("tables", None))
    verdict.seconds = time.monotonic() - began
    return verdict


def _dropped_months(connection: Connection) -> Mapping[str, int]:
    """The months whose rows were exported and then dropped, and how many journal rows each had."""
    return {row["month"]: row["rows"] for row in rows(connection, _DROPPED)}


def _compare_dropped(dropped: Mapping[str, int], gone: Mapping[str, int], findings: Findings) -> None:
    """No row may vanish under the name of a month that was dropped."""
    for month, exported in dropped.items():
        if (leaves := gone.get(month, 0)) != exported:
            explanation = f"{exported} rows were exported, and {leaves} leaves are without theirs"
            findings.add(Code.ROW_MISSING, f"month {month}", explanation)
