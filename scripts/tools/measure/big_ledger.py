"""Fills a ledger with any number of stories, for measuring: real tables, guards and journal, a set at a time.

What happens in a story follows from the seed and its number alone.
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from queue import Empty, Queue
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from scripts.tools.measure import big_ledger_sql as statements
from scripts.tools.operator.documents import Account, Strategy, Subscription

Connection = psycopg.Connection[tuple[Any, ...]]
Progress = Callable[[int, int], None]

STORIES_AT_A_TIME = 100
ACCOUNTS = 8
# Eight accounts decide about each signal, a quarter of them trade.
ROWS_PER_STORY = 21.3
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
STORY_EVERY = timedelta(minutes=2)
MAX_LEAVES = 100_000

_COUNTS = "select (select count(*) from ledger.journal), (select count(*) from ledger.checkpoints)"

_PARAMETERS = {
    "fast_bars": 12,
    "slow_bars": 26,
    "atr_bars": 14,
    "stop_distance_atr": "2",
    "reward_to_risk": "2",
    "half_strength_atr": "0.1",
    "sides": "both",
    "valid_bars": 2,
}
SYMBOLS = ("EURUSD", "GBPUSD", "USDJPY", "AUDUSD", "XAUUSD")


@dataclass(frozen=True, slots=True)
class BigLedger:
    """What was made."""

    stories: int
    journal_rows: int
    checkpoints: int


def fill(
    database_url: str,
    journal_rows: int,
    seed: int,
    *,
    workers: int = 2,
    progress: Progress = lambda done, of: None,
) -> BigLedger:
    """Let stories happen in an empty ledger until its journal has about that many rows, and checkpoints.

    database_url: as the owner of the database. Puts the ledger under simulated time.
    workers: sessions at once; only one makes the same journal again, but for the order of its rows.
    Raises psycopg.Error, for one if there are accounts of these names already.
    """
    stories = math.ceil(journal_rows / ROWS_PER_STORY)
    with _session(database_url) as connection:
        _set_the_stage(connection, stories)
    sets = _sets(stories)
    with ThreadPoolExecutor(workers) as pool:
        working = [pool.submit(_work, database_url, sets, seed, stories, progress) for _ in range(workers)]
        for each in working:
            each.result()
    with _session(database_url) as connection:
        _checkpoint(connection, BEGIN + stories * STORY_EVERY)
        connection.execute("vacuum analyze")
        return BigLedger(stories, *connection.execute(_COUNTS).fetchone() or (0, 0))


def _sets(stories: int) -> "Queue[tuple[int, int]]":
    """First and last number of the stories of each set, in order."""
    sets: Queue[tuple[int, int]] = Queue()
    for first in range(0, stories, STORIES_AT_A_TIME):
        sets.put((first, min(first + STORIES_AT_A_TIME, stories) - 1))
    return sets


def _work(
    database_url: str, sets: "Queue[tuple[int, int]]", seed: int, stories: int, progress: Progress
) -> None:
    with _session(database_url) as connection, suppress(Empty):
        while True:
            first, last = sets.get_nowait()
            _play(connection, first, last, seed)
            # Now and then, and soon at first: plans made for empty tables read whole ones.
            number = first // STORIES_AT_A_TIME
            if number & (number + 1) == 0:
                connection.execute("analyze")
            progress(last + 1, stories)


@contextmanager
def _session(database_url: str) -> Iterator[Connection]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("set timezone = 'UTC'")
        # Triggers run the same queries a million times; planning each anew would take most of the time.
        connection.execute("set plan_cache_mode = force_generic_plan")
        yield connection


def _set_the_stage(connection: Connection, stories: int) -> None:
    connection.execute("update ledger.settings set simulated_time = true")
    months = 2 + (stories * STORY_EVERY) // timedelta(days=28)
    connection.execute("select ledger.premake_partitions(%s, %s)", [BEGIN, months])
    strategy = Strategy.model_validate(
        {
            "strategy_id": "load",
            "kind": "ema_cross",
            "symbols": SYMBOLS,
            "timeframe": "M1",
            "parameters": _PARAMETERS,
        }
    )
    with _acting(connection, "operator", BEGIN):
        connection.execute("select api.save_strategy(%s, %s)", [Jsonb(strategy.as_json()), BEGIN])
        for number in range(1, ACCOUNTS + 1):
            account_id = _account_id(number)
            account = Account(account_id=account_id, login=number, server="Load", currency="EUR")
            connection.execute("select api.open_account(%s, %s)", [Jsonb(account.as_json()), BEGIN])
            subscription = Subscription(account_id=account_id, strategy_id="load")
            connection.execute("select api.subscribe(%s, %s)", [Jsonb(subscription.as_json()), BEGIN])


def _play(connection: Connection, first: int, last: int, seed: int) -> None:
    """All that happens in some stories, from the signal to the position's close."""
    at = BEGIN + last * STORY_EVERY
    facts = {"first": first, "last": last, "seed": seed, "begin": BEGIN, "every": STORY_EVERY}
    _imagine(connection, statements.IMAGINE_STORIES, facts)
    with _acting(connection, "generator", at):
        _run(connection, statements.PUBLISH)
    with _acting(connection, "director", at):
        _run(connection, statements.DECIDE)
    for number in range(1, ACCOUNTS + 1):
        account_id = _account_id(number)
        with _acting(connection, "officer", at, account_id):
            _run(connection, statements.ACKNOWLEDGE)
        for kinds in (["order_filled", "order_rejected"], ["position_closed"]):
            facts = {"account_id": account_id, "kinds": kinds, "at": at}
            _imagine(connection, statements.IMAGINE_EVENTS, facts)
            with _acting(connection, "officer", at, account_id):
                _run(connection, statements.REPORT)
    _checkpoint(connection, at)


def _checkpoint(connection: Connection, at: datetime) -> None:
    with _acting(connection, "archivist", at):
        connection.execute("select api.make_checkpoint(%s, %s)", [MAX_LEAVES, at])


def _imagine(connection: Connection, script: str, facts: Mapping[str, object]) -> None:
    # Several statements at once take no parameters on the server.
    psycopg.ClientCursor(connection).execute(script.encode(), facts)


def _run(connection: Connection, script: tuple[bytes, ...]) -> None:
    for statement in script:
        connection.execute(statement)


@contextmanager
def _acting(connection: Connection, role: str, at: datetime, account_id: str | None = None) -> Iterator[None]:
    """A transaction as a request of that role makes one."""
    claims: Mapping[str, str | None] = {"role": role, "sub": f"load-{role}", "account_id": account_id}
    headers = {"x-request-id": f"load-{at:%Y%m%d%H%M}"}
    with connection.transaction():
        connection.execute(
            "select set_config('request.jwt.claims', %s, true), set_config('request.headers', %s, true),"
            " set_config('ledger.at', %s, true), set_config('role', %s, true)",
            [json.dumps(claims), json.dumps(headers), at.isoformat(), role],
        )
        yield


def _account_id(number: int) -> str:
    return f"load-{number}"
