"""A demo that is over, the backend it was played on, and copies of it that tests may spoil."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from scripts.tools.demo.invariants import Invariants, check
from scripts.tools.demo.officer import compiled
from scripts.tools.demo.play import Backend, Played
from scripts.tools.demo.records import Account
from scripts.tools.evidence.auditor import auditing
from scripts.tools.stack import Stack
from scripts.tools.stack.functions import FunctionsService

BARS = 300
_GUARDED = [
    sql.Identifier("ledger", name)
    for name in ("journal", "signal_outbox", "trade_directives", "execution_events", "exposures")
]


@dataclass(frozen=True)
class Performance:
    """A demo that is over; `database` is a template nobody is connected to."""

    stack: Stack
    database: str
    played: Played


class Copy:
    """A copy of the played ledger and of the accounts at the broker, free to be spoiled."""

    def __init__(self, stack: Stack, database: str, accounts: dict[str, Account]) -> None:
        self.accounts = accounts
        self.url = stack.postgres.url("postgres", database)
        self._admin_url = stack.postgres.url("supabase_admin", database)

    def tamper(self, *statements: str) -> None:
        """Do what only a superuser can: without guards, without journal, without foreign keys."""
        with psycopg.connect(self._admin_url) as connection:
            for table in _GUARDED:
                connection.execute(sql.SQL("alter table {} disable trigger user").format(table))
            connection.execute("set local session_replication_role = replica")
            for statement in statements:
                assert connection.execute(statement.encode()).rowcount > 0, "nothing was spoiled"

    def check(self) -> Invariants:
        """What the invariants say now."""
        with auditing(self.url) as connection:
            return check(connection, self.accounts)


@contextmanager
def backend(stack: Stack, database: str, log_folder: Path) -> Iterator[Backend]:
    """The real functions over HTTP, on a fresh database of their own."""
    url = stack.clone_database(database)
    rest = stack.start_postgrest(database)
    environment = stack.environment(rest)
    functions = FunctionsService(log_folder / "functions.log", environment, port=None, workers=2)
    try:
        functions.start()
        yield Backend(functions.url, url, environment, log_folder / "terminals", compiled(print))
    finally:
        functions.stop()
        rest.stop()
