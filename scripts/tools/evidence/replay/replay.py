"""Replays a ledger: folds its journal into an empty one, and shows that every table comes out the same."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import tuple_row

from functions.contract.scalars import timestamp_text
from scripts.tools.evidence import auditor
from scripts.tools.evidence.auditor import auditing
from scripts.tools.evidence.replay.compare import Comparison, compare
from scripts.tools.evidence.replay.dropped import dropped_months, registered
from scripts.tools.evidence.replay.fold import FoldError, fold, prepared
from scripts.tools.evidence.replay.fold_law import Table, tables_of
from scripts.tools.evidence.replay.journal import Copied, copy_journal
from scripts.tools.evidence.replay.law import NOT_CLAIMED, UNREADABLE
from scripts.tools.evidence.replay.state import State, state_of

# Told which stage, and how many rows more of it are done.
Progress = Callable[[str, int], None]

_PAST = "select table_name as name from information_schema.tables where table_schema = 'history'"
_MONTHS = "select month::text from ledger.partitioned_months"
_UNREADABLE = """
    select c.relname as name from pg_class c
    where c.relnamespace = 'ledger'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        and not has_table_privilege(c.oid, 'select')
"""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay has shown.

    until: the moment it was asked for; cut: whether that left entries behind, so that nothing was compared.
    entries: how many journal entries were folded; seconds: how long it took to copy and fold them.
    state: what the replayed ledger holds.
    faults: what is wrong apart from the tables, a sentence each.
    not_claimed: tables that cannot come out of the journal, with the reason.
    dropped_months: months that the ledger no longer has, as 2026-01-01; nothing is shown about them.
    """

    until: datetime | None
    cut: bool
    entries: int
    seconds: float
    state: State
    comparisons: tuple[Comparison, ...]
    faults: tuple[str, ...]
    not_claimed: Mapping[str, str]
    dropped_months: tuple[str, ...]

    @property
    def succeeded(self) -> bool:
        """Whether the journal could be folded whole, and every table that was compared is identical."""
        return not self.faults and all(comparison.identical for comparison in self.comparisons)

    def as_document(self) -> dict[str, Any]:
        """The result for programs."""
        return {
            "succeeded": self.succeeded,
            "until": timestamp_text(self.until) if self.until else None,
            "cut": self.cut,
            "journal_entries": self.entries,
            "seconds": round(self.seconds, 3),
            "faults": list(self.faults),
            "tables": [comparison.as_document() for comparison in self.comparisons],
            "not_claimed": dict(self.not_claimed),
            "dropped_months": list(self.dropped_months),
            "state": asdict(self.state),
        }


def replay(
    source_url: str,
    target_url: str,
    *,
    until: datetime | None = None,
    progress: Progress = lambda stage, rows: None,
) -> Replayed:
    """Fold the journal of one database into another, and compare their tables.

    source_url: the ledger; it is read as auditor, at one moment that lasts until this returns.
    target_url: a freshly migrated database, as its owner; its tables are filled.
    until: only entries recorded up to then count; if that leaves any behind, nothing is compared.
    """
    with auditing(source_url) as ledger:
        past = {row["name"] for row in auditor.rows(ledger, _PAST)}
        began = time.monotonic()
        dropped = dropped_months(ledger)
        copied, broken = _fold(ledger, past, dropped, target_url, until, progress)
        seconds = time.monotonic() - began
        with auditing(target_url) as replayed:
            unreadable = {row["name"] for row in auditor.rows(ledger, _UNREADABLE)}
            unclaimed = _unclaimed(unreadable)
            tables = [table for table in tables_of(replayed) if table.name not in unclaimed]
            hidden = sorted(table.name for table in tables if table.name in unreadable)
            readable = [table for table in tables if table.name not in unreadable]
            comparable = not copied.cut and broken is None
            faults = (
                *copied.gaps,
                *([broken] if broken else []),
                *_without_partitions(ledger, copied),
                *(f"{name}: its auditor may not read it" for name in hidden),
            )
            return Replayed(
                until=until,
                cut=copied.cut,
                entries=copied.entries,
                seconds=seconds,
                state=state_of(replayed, tables),
                comparisons=tuple(_compare(ledger, past, replayed, readable, progress)) if comparable else (),
                faults=faults,
                not_claimed=unclaimed,
                dropped_months=tuple(dropped),
            )


def _fold(
    ledger: auditor.Connection,
    past: Collection[str],
    dropped: list[str],
    target_url: str,
    until: datetime | None,
    progress: Progress,
) -> tuple[Copied, str | None]:
    """What was copied, and the entry at which the fold broke off, if it did."""
    journal = sql.Identifier(_schema(past, "journal"), "journal")
    with psycopg.connect(target_url, autocommit=True, row_factory=tuple_row) as target:
        target.execute("set timezone = 'UTC'; set plan_cache_mode = force_generic_plan; set jit = off")
        with prepared(target):
            copied = copy_journal(ledger, journal, target, until, lambda rows: progress("copied", rows))
            try:
                with registered(ledger, target, dropped):
                    fold(target, lambda rows: progress("folded", rows))
            except FoldError as error:
                return copied, str(error)
    return copied, None


def _compare(
    ledger: auditor.Connection,
    past: Collection[str],
    replayed: auditor.Connection,
    tables: list[Table],
    progress: Progress,
) -> Iterator[Comparison]:
    for table in tables:
        comparison = compare(ledger, _schema(past, table.name), replayed, table)
        progress("compared", comparison.rows)
        yield comparison


def _without_partitions(ledger: auditor.Connection, copied: Copied) -> Iterator[str]:
    held = {row["month"] for row in auditor.rows(ledger, _MONTHS)}
    for month in copied.months:
        if month not in held:
            yield f"partitioned_months: {month} has stories, and is not there"


def _unclaimed(unreadable: Collection[str]) -> dict[str, str]:
    hidden = {name: reason for name, reason in UNREADABLE.items() if name in unreadable}
    return dict(sorted({**hidden, **NOT_CLAIMED}.items()))


def _schema(past: Collection[str], table: str) -> str:
    """Where all rows of a table are: in its view of hot and archived rows, where there is one."""
    return "history" if table in past else "ledger"
