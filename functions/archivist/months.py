"""Takes months that are over into the archive, one small step after the other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from functions.contract.archivist import ArchiveMonth

RETENTION_DAYS = 90
"""How long a month stays after its end, unless somebody says otherwise."""

STEPS = ("chosen", "signals_archived", "checkpointed", "moved")
# What is left waits for the next run, before the scheduler loses patience.
MAX_CALLS = 200


@dataclass(slots=True)
class Archiving:
    """One run over all months older than `retention_days`, of at most `max_calls` short transactions.

    call: runs an `api` function of the ledger by its name, as an archivist.
    seal: makes a checkpoint of what no other covers.
    """

    call: Callable[..., dict[str, Any]]
    retention_days: int
    seal: Callable[[], object]
    max_calls: int = MAX_CALLS
    _calls: int = 0

    def months(self) -> Iterator[ArchiveMonth]:
        """Each candidate, the oldest first, as far as this run could take it. Raises Problem."""
        candidates = self.call("archive_candidates", p_retention_days=self.retention_days)
        for month in candidates["months"]:
            waits_for = self._advance(month)
            yield ArchiveMonth.model_validate(month | {"month": month["month"][:7], "waits_for": waits_for})

    def _advance(self, month: dict[str, Any]) -> str | None:
        """Take the month's steps until one waits; returns for what, or None if it is in the archive."""
        if month["open_count"]:
            return "open_stories"
        for step in STEPS[_taken(month["step"]) :]:
            waits_for = self._take(month["month"], step)
            if waits_for:
                return waits_for
            month["step"] = step
        return None

    def _take(self, month: str, step: str) -> str | None:
        sealed = False
        while self._calls < self.max_calls:
            self._calls += 1
            answer = self.call(
                "archive_step", p_month=month, p_step=step, p_retention_days=self.retention_days
            )
            if answer["recorded"]:
                return None
            waits_for: str | None = answer["waits_for"]
            if waits_for == "checkpoint" and not sealed:
                self.seal()
                sealed = True
            elif waits_for:
                return waits_for
        return "more"


def _taken(step: str | None) -> int:
    return STEPS.index(step) + 1 if step else 0
