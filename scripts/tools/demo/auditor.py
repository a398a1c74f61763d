"""Reads the ledger as its auditor: everything, at one moment, and without the right to change anything."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from psycopg.rows import DictRow, dict_row

Connection = psycopg.Connection[DictRow]


@contextmanager
def auditing(database_url: str) -> Iterator[Connection]:
    """A connection in the role auditor whose queries all see the same moment."""
    with psycopg.connect(database_url, row_factory=dict_row) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        connection.execute("set role auditor")
        # A whole journal takes longer to read than an EA waits for an answer.
        connection.execute("set statement_timeout = 0")
        connection.execute("set timezone = 'UTC'")
        yield connection


def rows(connection: Connection, query: LiteralString, *parameters: object) -> list[dict[str, Any]]:
    """The rows of a query, by column name."""
    return connection.execute(query, parameters or None).fetchall()


def number(connection: Connection, query: LiteralString, *parameters: object) -> int:
    """The one number a query gives."""
    (row,) = rows(connection, query, *parameters)
    (value,) = row.values()
    return int(value)
