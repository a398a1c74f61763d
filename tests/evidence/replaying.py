"""Replays a ledger of a test into a database of its own on the same server."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from scripts.tools.evidence.replay.replay import Replayed, replay
from scripts.tools.stack import Stack
from tests.database.database import Database
from tests.database.history import stock

_numbers = itertools.count(1)


@contextmanager
def replayed(
    stack: Stack, source_url: str, *, until: datetime | None = None
) -> Iterator[tuple[Replayed, Database]]:
    """What the replay has shown, and the database that it filled."""
    name = f"replayed_{next(_numbers)}"
    url = stack.clone_database(name)
    result = replay(source_url, url, until=until)
    database = Database(stack, name)
    yield result, database
    database.close()
    stack.drop_database(name)


@contextmanager
def stocked(stack: Stack, template: str) -> Iterator[Database]:
    """A ledger of the test's own, in which every call commits: two accounts that follow one strategy."""
    name = f"stocked_{next(_numbers)}"
    stack.clone_database(name, template)
    database = Database(stack, name)
    stock(database)
    yield database
    database.close()
    stack.drop_database(name)


def differences(result: Replayed) -> list[str]:
    """Everything that is wrong, a sentence each."""
    told = [f"{one.table}: {one.fault or one.first}" for one in result.comparisons if not one.identical]
    return [*result.faults, *told]


def rows_of(database: Database, table: str) -> list[str]:
    """The rows of a table, archived ones included, as text in order."""
    name = table if database.value("select to_regclass(%s) is null", f"history.{table}") else None
    source = f"ledger.{table}" if name else f"history.{table}"
    return [row["row"] for row in database.rows(f"select t::text as row from {source} t order by 1")]  # noqa: S608
