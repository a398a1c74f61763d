"""Months that were dropped: stories and journal are in the export alone, but their registries are still here.

The registries' rows of such months are taken over as they are, so that what refers to them can be folded; a
replay shows nothing about them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import LiteralString

from psycopg import sql

from scripts.tools.evidence import auditor
from scripts.tools.evidence.replay.fold_law import Connection, columns_of
from scripts.tools.evidence.replay.stream import stream_copy

_DROPPED = """
    select month::text from (
        select distinct on (month) month, step from ledger.archive_steps order by month, step_no desc
    ) as latest
    where step = 'dropped' order by month
"""
# All of a directive's events are of its month.
_ROWS: dict[str, LiteralString] = {
    "signal_registry": "ledger.signal_registry t join ledger.signal_registry r using (signal_id)",
    "directive_registry": "ledger.directive_registry t join ledger.directive_registry r using (directive_no)",
    "event_registry": "ledger.event_registry t join ledger.directive_registry r using (directive_id)",
}
_SELECT: LiteralString = """
    copy (select {columns} from {rows}
        where date_trunc('month', r.created_at at time zone 'UTC')::date = any ({months}::date[])) to stdout
"""
_ACCOUNT_KEYS = """
    select c.conrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid) from pg_constraint c
    where c.contype = 'f' and c.confrelid = 'ledger.accounts'::regclass
        and c.conrelid = any (array['ledger.directive_registry', 'ledger.event_registry']::regclass[])
"""


def dropped_months(ledger: auditor.Connection) -> list[str]:
    """The months whose rows are no longer in the ledger, as 2026-01-01."""
    if not columns_of(ledger, "ledger", "archive_steps"):
        return []
    return [row["month"] for row in auditor.rows(ledger, _DROPPED)]


@contextmanager
def registered(ledger: auditor.Connection, target: Connection, months: list[str]) -> Iterator[None]:
    """Within, `target` has the registries' rows of these months, although their accounts are not open yet."""
    if not months:
        yield
        return
    keys = target.execute(_ACCOUNT_KEYS).fetchall()
    for table, name, _ in keys:
        target.execute(
            sql.SQL("alter table {} drop constraint {}").format(_qualified(table), sql.Identifier(name))
        )
    for table, rows in _ROWS.items():
        columns = columns_of(target, "ledger", table)
        query = sql.SQL(_SELECT).format(
            columns=sql.SQL(", ").join(sql.Identifier("t", column) for column in columns),
            rows=sql.SQL(rows),
            months=sql.Literal(months),
        )
        stream_copy(ledger, query, target, sql.Identifier("ledger", table), columns)
    yield
    for table, name, definition in keys:
        statement = sql.SQL("alter table {} add constraint {} {}")
        target.execute(statement.format(_qualified(table), sql.Identifier(name), sql.SQL(definition)))


def _qualified(table: str) -> sql.Identifier:
    return sql.Identifier(*table.split("."))
