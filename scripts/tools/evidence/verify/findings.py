"""What verification finds wrong: a stable code, where, and a sentence. The first are kept, all counted."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

# Of each code, enough to see what happened: a ledger with a million faults must not fill the memory.
KEPT = 20


class Code(StrEnum):
    """Everything that can be wrong; docs/evidence.md says what each means."""

    ROW_HASH_MISMATCH = "row_hash_mismatch"
    PAYLOAD_INVALID = "payload_invalid"
    CHAIN_GAP = "chain_gap"
    CHAIN_BROKEN = "chain_broken"
    ROW_MISSING = "row_missing"
    LEAF_MISMATCH = "leaf_mismatch"
    LEAF_MISSING = "leaf_missing"
    NODE_MISMATCH = "node_mismatch"
    ROOT_MISMATCH = "root_mismatch"
    CHECKPOINT_CHAIN_BROKEN = "checkpoint_chain_broken"
    CHECKPOINT_MISSING = "checkpoint_missing"
    CHECKPOINT_DIFFERS = "checkpoint_differs"
    COPY_INVALID = "copy_invalid"
    TABLES_DIFFER = "tables_differ"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `where` names it for people, the numbers for programs."""

    code: Code
    where: str
    explanation: str
    journal_id: int | None = None
    checkpoint_no: int | None = None

    def __str__(self) -> str:
        return f"{self.where}: {self.explanation} ({self.code})"

    def as_document(self) -> dict[str, Any]:
        """The finding as JSON."""
        return asdict(self)


@dataclass(slots=True)
class Findings:
    """Collects findings in the order in which they are met."""

    kept: list[Finding] = field(default_factory=list)
    counts: Counter[Code] = field(default_factory=Counter)
    _first: Finding | None = None

    def add(
        self,
        code: Code,
        where: str,
        explanation: str,
        *,
        journal_id: int | None = None,
        checkpoint_no: int | None = None,
    ) -> None:
        """Note one."""
        finding = Finding(code, where, explanation, journal_id, checkpoint_no)
        self.counts[code] += 1
        if self.counts[code] <= KEPT:
            self.kept.append(finding)
        if self._first is None or _place(finding) < _place(self._first):
            self._first = finding

    def count(self, code: Code, more: int) -> None:
        """Count some that are not described one by one."""
        if more:
            self.counts[code] += more

    @property
    def first(self) -> Finding | None:
        """The bad row that was written first; without a bad row, what was met first; None if all is well."""
        return self._first


def _place(finding: Finding) -> float:
    return float("inf") if finding.journal_id is None else finding.journal_id
