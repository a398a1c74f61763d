"""Archives months through the real functions, as the archivist does: one small call after the other."""

from datetime import date, datetime
from typing import Any

from tests.database.checkpoints import checkpoint
from tests.database.database import Database, Party
from tests.support.clock import after

MONTH = date(2026, 1, 1)
# January ended longer ago than the retention of 90 days.
LATER = after(days=130)
STEPS = ("chosen", "signals_archived", "checkpointed", "moved")
STORY_TABLES = (
    "signal_outbox",
    "risk_decisions",
    "trade_directives",
    "directive_acknowledgements",
    "execution_events",
    "journal",
)


def step(
    caller: Database | Party, name: str, month: date = MONTH, at: datetime = LATER, **more: Any
) -> dict[str, Any]:
    """One call of archive_step."""
    answer: dict[str, Any] = caller.call(
        "archivist", "archive_step", at=at, p_month=month, p_step=name, **more
    )
    return answer


def take(database: Database, name: str, month: date = MONTH, at: datetime = LATER, **more: Any) -> int:
    """Call a step until it is recorded; returns how many calls it took."""
    for calls in range(1, 100):
        answer = step(database, name, month, at, **more)
        if answer["recorded"]:
            return calls
        if answer["waits_for"] == "checkpoint":
            checkpoint(database, at=at)
        else:
            assert answer["waits_for"] is None, answer
    raise AssertionError(f"{name} is never recorded")


def archive(database: Database, month: date = MONTH, at: datetime = LATER, **more: Any) -> None:
    """Take a month all the way into schema archive."""
    for name in STEPS:
        take(database, name, month, at, **more)


def candidates(caller: Database | Party, at: datetime = LATER, days: int = 90) -> list[dict[str, Any]]:
    """What archive_candidates answers."""
    answer = caller.call("archivist", "archive_candidates", at=at, p_retention_days=days)
    months: list[dict[str, Any]] = answer["months"]
    return months


def history(database: Database) -> dict[str, list[str]]:
    """Every row of every view of schema history, as text, in order."""
    return {
        table: [row["t"] for row in database.rows(f"select t::text as t from history.{table} t order by 1")]  # noqa: S608
        for table in STORY_TABLES
    }


MANIFEST = "a1" * 32


def counts(database: Database, suffix: str = "2026_01") -> dict[str, int]:
    """How many rows each table has in the archive."""
    return {
        table: database.value(f"select count(*) from archive.{table}_{suffix}")  # noqa: S608
        for table in STORY_TABLES
    }


def exported(database: Database, name: str, manifest: str = MANIFEST, **more: Any) -> dict[str, Any]:
    """Take one of the steps that are about an export."""
    details = {"rows": counts(database)} | more
    return step(database, name, p_export=manifest, p_details=details)
