"""The archivist's side of one ledger: its doors, and the rows of archived months as text."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.rows import dict_row, tuple_row

from functions.contract.scalars import timestamp_text
from scripts.tools.stack.errors import StackError

Connection = psycopg.Connection[dict[str, Any]]
# A row of a table as PostgreSQL writes it; nothing is rounded, for every value is its text.
Row = tuple[str | None, ...]

# As the columns of each stand in schema archive; the order of restoring and of reading.
TABLES = (
    "signal_outbox",
    "risk_decisions",
    "trade_directives",
    "directive_acknowledgements",
    "execution_events",
    "journal",
)

BATCH_ROWS = 5_000

_SESSION = """
    -- A whole month takes longer to read than a request may take.
    set statement_timeout = 0;
    set timezone = 'UTC';
    set datestyle = 'ISO';
    set bytea_output = 'hex'
"""


class ArchiveError(StackError):
    """The archive is not what it should be, or the ledger refuses; the message says what to do."""


@contextmanager
def connected(database_url: str, *, role: str | None = "archivist") -> Iterator[Connection]:
    """A session in autocommit mode, as a role or (None) as the owner. Raises ArchiveError for any refusal."""
    try:
        with psycopg.connect(database_url, row_factory=dict_row, autocommit=True) as connection:
            connection.execute(_SESSION)
            if role:
                connection.execute(sql.SQL("set role {}").format(sql.Identifier(role)))
            yield connection
    except psycopg.Error as error:
        raise ArchiveError(_said(error)) from None


def call(
    connection: Connection, function: str, *, at: datetime | None = None, **arguments: Any
) -> dict[str, Any]:
    """Run `api.<function>`; `at` is the simulated moment, where the ledger allows one."""
    if at is not None:
        arguments["p_at"] = timestamp_text(at)
    given = sql.SQL(", ").join(
        sql.SQL("{} => {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in arguments
    )
    query = sql.SQL("select api.{}({}) as answer").format(sql.Identifier(function), given)
    values = {
        name: json.dumps(value) if isinstance(value, dict) else value for name, value in arguments.items()
    }
    (row,) = connection.execute(query, values).fetchall()
    answer: dict[str, Any] = row["answer"]
    return answer


def rows(connection: Connection, query: LiteralString, *parameters: object) -> list[dict[str, Any]]:
    """The rows of a query, by column name."""
    return connection.execute(query, parameters or None).fetchall()


def columns(connection: Connection, table: str) -> list[tuple[str, str]]:
    """Name and PostgreSQL type of each column of an archived table, in order."""
    found = rows(
        connection,
        "select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute"
        " where attrelid = ('archive.' || %s)::regclass and attnum > 0 and not attisdropped order by attnum",
        table,
    )
    return [(row["name"], row["type"]) for row in found]


def archived_rows(
    connection: Connection, table: str, month: date, names: Sequence[str] | None = None
) -> Iterator[Row]:
    """The rows of an archived month, every value as its text, in the order of the primary key.

    names: of these columns only, such as those that there were when the month was exported.
    """
    names = names or [name for name, _ in columns(connection, table)]
    # From the parent: policies, and so an archivist's right to read, are the parent's.
    query = sql.SQL(
        "select {} from archive.{} t where t.created_at >= {month}"
        " and t.created_at < {month}::date + interval '1 month' order by {}"
    ).format(
        sql.SQL(", ").join(sql.SQL("t.{}::text").format(sql.Identifier(name)) for name in names),
        sql.Identifier(table),
        sql.SQL(", ").join(sql.SQL("t.{}").format(sql.Identifier(name)) for name in _key(connection, table)),
        month=sql.Literal(month),
    )
    with connection.transaction(), connection.cursor(name="archived", row_factory=tuple_row) as cursor:
        cursor.itersize = BATCH_ROWS
        yield from cursor.execute(query)


def leaves(connection: Connection, month: date) -> Iterator[Row]:
    """Number and hash, as text, of a month's journal rows that the Merkle tree has leaves for, in order."""
    query = (
        "select l.journal_id::text, l.row_hash::text from ledger.merkle_leaves l"
        " where l.created_at >= %(month)s and l.created_at < %(month)s::date + interval '1 month'"
        " order by l.journal_id"
    )
    with connection.transaction(), connection.cursor(name="leaves", row_factory=tuple_row) as cursor:
        cursor.itersize = BATCH_ROWS
        yield from cursor.execute(query, {"month": month})


def partition(table: str, month: date) -> str:
    """The name of a month's partition."""
    return f"{table}_{month:%Y_%m}"


def is_archived(connection: Connection, month: date) -> bool:
    """Whether the rows of a month are in schema archive."""
    name = f"archive.{partition('journal', month)}"
    (row,) = rows(connection, "select to_regclass(%s) is not null as here", name)
    return bool(row["here"])


def _key(connection: Connection, table: str) -> Sequence[str]:
    found = rows(
        connection,
        "select a.attname as name from pg_index i"
        " cross join unnest(i.indkey::smallint[]) with ordinality k (attnum, n)"
        " join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum"
        " where i.indrelid = ('archive.' || %s)::regclass and i.indisprimary order by k.n",
        table,
    )
    return [row["name"] for row in found]


def _said(error: psycopg.Error) -> str:
    """What a refusal says, or the error itself."""
    if (error.sqlstate or "").startswith("PT"):
        said = error.diag
        return f"{said.message_primary}: {said.message_detail} {said.message_hint or ''}".rstrip()
    return f"the ledger cannot be asked: {error}"
