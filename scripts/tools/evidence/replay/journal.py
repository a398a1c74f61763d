"""Brings a journal from one database into another, in its order, without holding it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from psycopg import sql

from scripts.tools.evidence import auditor
from scripts.tools.evidence.replay.fold_law import Connection, columns_of
from scripts.tools.evidence.replay.stream import stream_copy

# Of stories, and of what was done with whole months.
_MONTHS = """
    select distinct date_trunc('month', created_at) as month from {journal}
    where created_at > 'epoch' and recorded_at <= {until}
    union
    select (payload ->> 'month')::timestamptz from {journal}
    where entity = 'archive' and recorded_at <= {until}
    order by month
"""
_COPY = """
    copy (select {columns} from {journal} where recorded_at <= {until} order by journal_id) to stdout
"""
# The first entry that a chain lacks although it has a later one.
_GAPS = """
    select entity, key, created_at, min(place) as sequence from (
        select entity, key, created_at, sequence,
            row_number() over (partition by entity, key, created_at order by sequence) as place
        from ledger.journal) as chains
    where sequence <> place group by entity, key, created_at order by min(place), entity, key limit {limit}
"""
_LATER = "select from {journal} where (entity, key, created_at, sequence) = (%s, %s, %s, %s)"
_HOLD_BACK = "delete from ledger.journal where (entity, key, created_at) = (%s, %s, %s) and sequence > %s"

# Enough to see what happened.
MOST_GAPS = 1_000


@dataclass(frozen=True, slots=True)
class Copied:
    """What was brought over.

    months: those that have stories, or were archived, as 2026-01-01.
    gaps: entries that a chain lacks, a sentence each.
    cut: whether the ledger has entries that were left behind for their time.
    """

    entries: int
    months: tuple[str, ...]
    gaps: tuple[str, ...]
    cut: bool


def copy_journal(
    ledger: auditor.Connection,
    journal: sql.Identifier,
    target: Connection,
    until: datetime | None,
    progress: Callable[[int], None],
) -> Copied:
    """Copy the entries that were recorded up to `until` into the empty journal of `target`.

    An entry that continues one recorded later stays behind with it: it had to wait for that one, so at that
    moment it was not written yet. Months that the entries need are made.
    """
    words = {"journal": journal, "until": sql.Literal(until) if until else sql.SQL("'infinity'")}
    months = [row["month"] for row in auditor.rows(ledger, sql.SQL(_MONTHS).format(**words))]
    for month in months:
        target.execute("select ledger.premake_partitions(%s, 1)", (month,))
    columns = columns_of(target, "ledger", "journal")
    query = sql.SQL(_COPY).format(columns=sql.SQL(", ").join(map(sql.Identifier, columns)), **words)
    stream_copy(ledger, query, target, sql.Identifier("ledger", "journal"), columns, progress)
    gaps = tuple(_gaps(ledger, journal, target))
    ((entries,),) = target.execute("select count(*) from ledger.journal").fetchall()
    total = auditor.number(ledger, sql.SQL("select count(*) from {}").format(journal)) if until else entries
    return Copied(entries, tuple(month.date().isoformat() for month in months), gaps, cut=entries < total)


def _gaps(ledger: auditor.Connection, journal: sql.Identifier, target: Connection) -> Iterator[str]:
    later = sql.SQL(_LATER).format(journal=journal)
    gaps = target.execute(sql.SQL(_GAPS).format(limit=sql.Literal(MOST_GAPS))).fetchall()
    for entity, key, created_at, sequence in gaps:
        if ledger.execute(later, (entity, key, created_at, sequence)).fetchone() is None:
            yield f"the journal lacks entry {sequence} of {entity} {key}"
        else:
            target.execute(_HOLD_BACK, (entity, key, created_at, sequence))
