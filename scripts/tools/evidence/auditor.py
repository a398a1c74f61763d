"""Reads the ledger as its auditor: everything, at one moment, and without the right to change anything."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.rows import DictRow, TupleRow, dict_row, tuple_row

Connection = psycopg.Connection[DictRow]
Query = LiteralString | sql.Composed

# What a cursor fetches at a time: enough that round trips do not count, few enough to hold.
BATCH_ROWS = 2_000

_SESSION = """
    set role auditor;
    -- A whole journal takes longer to read than an EA waits for an answer.
    set statement_timeout = 0;
    -- Rows are compared as text, so they must be written as the journal's trigger writes them.
    set timezone = 'UTC';
    set datestyle = 'ISO';
    set intervalstyle = 'postgres';
    set bytea_output = 'hex'
"""


@contextmanager
def auditing(database_url: str) -> Iterator[Connection]:
    """A connection in the role auditor whose queries all see the same moment."""
    with psycopg.connect(database_url, row_factory=dict_row) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        connection.execute(_SESSION)
        yield connection


def rows(connection: Connection, query: Query, *parameters: object) -> list[dict[str, Any]]:
    """The rows of a query, by column name."""
    return connection.execute(query, parameters or None).fetchall()


def number(connection: Connection, query: Query, *parameters: object) -> int:
    """The one number a query gives."""
    (row,) = rows(connection, query, *parameters)
    (value,) = row.values()
    return int(value)


def stream(
    connection: Connection, name: str, query: Query, parameters: Mapping[str, object] | None = None
) -> Iterator[TupleRow]:
    """The rows of a query as tuples, BATCH_ROWS at a time, through a cursor of that name on the server."""
    with connection.cursor(name=name, row_factory=tuple_row) as cursor:
        cursor.itersize = BATCH_ROWS
        cursor.execute(query, parameters, binary=True)
        yield from cursor
