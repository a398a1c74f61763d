"""Replay up to a moment gives the ledger that somebody who looked at that moment saw."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from functions.contract.scalars import timestamp_text
from scripts.tools.stack import Stack
from tests.database.database import Database
from tests.database.story import (
    FIRST_EA,
    SECOND_EA,
    acknowledge,
    closing,
    decide,
    decline,
    directive,
    event,
    halt,
    issue,
    issued,
    opening,
    publish,
    report,
    resume,
    signal,
    uuid_of,
)
from tests.evidence.replaying import replayed, rows_of, stocked
from tests.support import documents
from tests.support.clock import T0, after

# Written by migrations and by the owner, in the present; this history plays in the past.
_PRESENT = {"lifecycle", "settings"}
_LONG = {"expires_at": "2026-01-05T14:00:00Z"}

Snapshot = dict[str, list[str]]


@pytest.fixture
def fresh(stack: Stack, _simulated: str) -> Iterator[Database]:
    """A ledger in which nothing has happened yet."""
    with stocked(stack, _simulated) as database:
        yield database


@pytest.fixture(scope="module")
def past(stack: Stack, _simulated: str) -> Iterator[tuple[Database, dict[datetime, Snapshot]]]:
    """A small history through the real functions, and every table as it was after each step of it."""
    with stocked(stack, _simulated) as database:
        tables = [name for name in database.tables() if name not in _PRESENT]
        snapshots = {T0: {table: rows_of(database, table) for table in tables}}
        for number, step in enumerate(_STEPS, start=1):
            # Moments with fractions, and two of them in one second.
            at = T0 + timedelta(seconds=number // 2 * 10, milliseconds=500 * (number % 2) + 125)
            step(database, at)
            snapshots[at] = {table: rows_of(database, table) for table in tables}
        yield database, snapshots


def test_every_moment_of_a_history_can_be_seen_again(
    stack: Stack, past: tuple[Database, dict[datetime, Snapshot]]
) -> None:
    database, snapshots = past
    url = stack.postgres.url(database=database.name)
    recorded = database.rows(
        "select distinct recorded_at as at from ledger.journal where entity not in ('lifecycle', 'settings')"
    )
    assert {row["at"] for row in recorded} == set(snapshots)

    for at, snapshot in snapshots.items():
        with replayed(stack, url, until=at) as (result, then):
            assert (result.faults, result.cut, result.comparisons) == ((), True, ())
            for table in result.state.rows.keys() - _PRESENT:
                assert rows_of(then, table) == snapshot[table], (at, table)


def test_between_two_moments_nothing_changes(
    stack: Stack, past: tuple[Database, dict[datetime, Snapshot]]
) -> None:
    database, snapshots = past
    url = stack.postgres.url(database=database.name)
    moments = sorted(snapshots)

    with replayed(stack, url, until=moments[4] - timedelta(microseconds=1)) as (result, then):
        for table in result.state.rows.keys() - _PRESENT:
            assert rows_of(then, table) == snapshots[moments[3]][table]
    with replayed(stack, url, until=T0 - timedelta(days=1)) as (result, then):
        assert result.entries == 0
        assert set(result.state.rows.values()) <= {0, len(rows_of(then, "lifecycle"))}


def test_what_continues_a_later_entry_was_not_there_yet(stack: Stack, fresh: Database) -> None:
    made = directive(fresh)
    # A request that began first and had to wait: its entry is dated before the one that it continues.
    acknowledge(fresh, made.id, at=after(minutes=2))
    report(fresh, event(made.id), at=after(minutes=1))

    url = stack.postgres.url(database=fresh.name)
    with replayed(stack, url, until=after(minutes=1)) as (result, then):
        assert result.faults == ()
        assert then.value("select status from ledger.trade_directives") == "pending"
        assert then.value("select count(*) from ledger.execution_events") == 0


def test_a_moment_after_the_last_entry_is_compared_as_the_present_is(
    stack: Stack, past: tuple[Database, dict[datetime, Snapshot]]
) -> None:
    database, _ = past
    url = stack.postgres.url(database=database.name)

    with replayed(stack, url, until=datetime.fromisoformat("2999-01-01T00:00:00Z")) as (result, _):
        assert (result.succeeded, result.cut) == (True, False)
        assert len(result.comparisons) > 10


def test_the_state_of_a_moment_is_told_in_a_few_numbers(
    stack: Stack, past: tuple[Database, dict[datetime, Snapshot]]
) -> None:
    database, snapshots = past
    at = sorted(snapshots)[5]

    with replayed(stack, stack.postgres.url(database=database.name), until=at) as (result, _):
        assert result.state.signals == {"processed": 1}
        assert result.state.directives == {"completed": 1}
        assert result.state.exposures == [
            {"account_id": "demo-1", "symbol": "EURUSD", "side": "buy", "positions": 1, "volume_lots": "1.50"}
        ]


def _publish(name: str, action: str, database: Database, at: datetime) -> None:
    publish(database, signal(name, action=action, created_at=timestamp_text(at), **_LONG), at=at)


def _decide(
    name: str, proposed: Callable[[Database], dict[str, object]], database: Database, at: datetime
) -> None:
    decide(database, name, issue("demo-1", proposed(database)), decline("demo-2"), at=at)


def _acknowledge(name: str, instance_id: str, database: Database, at: datetime) -> None:
    acknowledge(database, issued(database, name)[0].id, instance_id=instance_id, at=at)


def _report(name: str, kind: str, changes: Mapping[str, Any], database: Database, at: datetime) -> None:
    made = issued(database, name)[0]
    report(database, event(made.id, kind, **{"name": str(changes), **changes}), at=at)


def _expire(database: Database, at: datetime) -> None:
    request = documents.sync_request(FIRST_EA, positions=[])
    database.call("officer", "sync_account", account_id="demo-1", at=at, p_request=request)


def _change(database: Database, at: datetime) -> None:
    changes = {"volume_max_lots": "12.50"}
    database.call("operator", "change_account", at=at, p_account_id="demo-2", p_changes=changes)


def _unknown(database: Database, at: datetime) -> None:
    report(database, event(uuid_of("nobody's")), at=at)


def _open(database: Database) -> dict[str, object]:
    return opening(volume_lots="1.50", **_LONG)


def _soon_over(database: Database) -> dict[str, object]:
    return opening(expires_at="2026-01-05T12:01:00Z")


def _close(database: Database) -> dict[str, object]:
    return closing(issued(database, "first")[0].no, volume_lots="0.5")


_FILL = {"volume_lots": "1.50"}
_STEPS: list[Callable[[Database, datetime], None]] = [
    partial(_publish, "first", "open"),
    partial(_decide, "first", _open),
    partial(_acknowledge, "first", FIRST_EA),
    lambda database, at: halt(database, "symbol", "EURUSD", at=at),
    partial(_report, "first", "order_filled", _FILL),
    lambda database, at: resume(database, "symbol", "EURUSD", at=at),
    partial(_publish, "second", "close"),
    partial(_decide, "second", _close),
    _change,
    partial(_acknowledge, "second", SECOND_EA),
    partial(_report, "second", "position_closed", {"volume_lots": "0.5", "deal_ticket": "7"}),
    partial(_publish, "third", "open"),
    partial(_decide, "third", _soon_over),
    _unknown,
    # Sent again, with other content under the same id.
    partial(_report, "first", "order_filled", {**_FILL, "price": "9", "name": str(_FILL)}),
    _expire,
    partial(_report, "first", "position_closed", {"volume_lots": "1.0", "reason": "stop_loss"}),
]
