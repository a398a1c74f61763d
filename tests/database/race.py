"""Makes several callers meet at one lock, so that they really do race, and lets them go."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import psycopg

from tests.database.database import Database, Party, Refused

T = TypeVar("T")

PATIENCE_SECONDS = 10.0


def race(
    database: Database, calls: Sequence[Callable[[Party], T]], hold: str, *parameters: object
) -> list[T]:
    """What the calls answer, each made in a session of its own.

    hold: a statement whose locks all of them need; it is let go of when every one waits for a lock.
    Raises what a call raised, a deadlock for one.
    """
    with database.connect("supabase_admin") as holder, ThreadPoolExecutor(len(calls)) as pool:
        with holder.transaction():
            holder.execute(hold.encode(), parameters)
            futures = [pool.submit(_called, database, call) for call in calls]
            wait_until_blocked(database, len(calls))
        return [future.result(PATIENCE_SECONDS) for future in futures]


def numbered(number: int, call: Callable[[int, Party], T]) -> list[Callable[[Party], T]]:
    """So many calls that know their number, from 0."""
    return [partial(call, n) for n in range(number)]


def at_once(database: Database, calls: Sequence[Callable[[Party], T]]) -> list[T | Refused | psycopg.Error]:
    """What the calls answer or raise, all started at the same moment."""
    barrier = threading.Barrier(len(calls))

    def started(call: Callable[[Party], T]) -> T | Refused | psycopg.Error:
        with database.party() as party:
            barrier.wait(PATIENCE_SECONDS)
            try:
                return call(party)
            except (Refused, psycopg.Error) as error:
                return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(started, calls))


def wait_until_blocked(database: Database, number: int) -> None:
    """Return when so many sessions of this database wait for a lock."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    query = (
        "select count(*) from pg_stat_activity"
        " where datname = current_database() and wait_event_type = 'Lock'"
    )
    while (waiting := database.value(query)) < number:
        assert time.monotonic() < deadline, f"only {waiting} of {number} wait for a lock"
        time.sleep(0.005)


def _called(database: Database, call: Callable[[Party], Any]) -> Any:
    with database.party() as party:
        return call(party)
