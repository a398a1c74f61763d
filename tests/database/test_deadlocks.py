"""Sessions that need the same things in opposite order wait for each other in no circle."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from functions.contract.scalars import timestamp_text
from tests.database import chain
from tests.database.database import Database, Party
from tests.database.race import at_once, numbered, race, wait_until_blocked
from tests.database.story import (
    FIRST_EA,
    SECOND_EA,
    acknowledge,
    closing,
    decide,
    decline,
    directive,
    event,
    exposure,
    issue,
    issued,
    opened,
    publish,
    report,
    signal,
    status,
    uuid_of,
)
from tests.support.clock import after

MANY = 8
HOLD_DIRECTIVES = "select from ledger.trade_directives for update"
HOLD_ACCOUNTS = "select from ledger.accounts for update"


def test_directors_with_the_same_accounts_in_opposite_order_do_not_deadlock(clone: Database) -> None:
    names = [f"signal {n}" for n in range(MANY)]
    publish(clone, *map(signal, names))
    orders = [[issue("demo-1"), issue("demo-2")], [issue("demo-2"), issue("demo-1")]]

    answers = race(clone, numbered(MANY, lambda n, p: decide(p, names[n], *orders[n % 2])), HOLD_ACCOUNTS)

    assert [answer["issued"] for answer in answers] == [2] * MANY


def test_acks_of_the_same_directives_in_opposite_order_do_not_deadlock(clone: Database) -> None:
    ids = [directive(clone, str(n)).id for n in range(4)]
    calls = numbered(
        MANY, lambda n, p: acknowledge(p, *ids[:: 1 if n % 2 else -1], instance_id=uuid_of(str(n)))
    )

    answers = race(clone, calls, HOLD_DIRECTIVES)

    granted = [r["directive_id"] for results in answers for r in results if r["outcome"] == "granted"]
    assert sorted(granted) == sorted(ids)


def meet(
    database: Database, first: Callable[[Party], Any], second: Callable[[Party], Any], *events: str
) -> None:
    """Make two reports wait for the fate of one event each, midway; then let both go on."""
    with database.connect("supabase_admin") as holder, ThreadPoolExecutor(2) as pool:
        with holder.transaction(force_rollback=True):
            for event_id in events:
                holder.execute(
                    "insert into ledger.event_registry (account_id, event_id, content_hash, directive_id)"
                    " values ('demo-1', %s, '\\x00', gen_random_uuid())",
                    (event_id,),
                )
            futures = [pool.submit(_with_party, database, call) for call in (first, second)]
            wait_until_blocked(database, 2)
        for future in futures:
            future.result(10)


def _with_party(database: Database, call: Callable[[Party], Any]) -> Any:
    with database.party() as party:
        return call(party)


def test_reports_that_close_the_same_positions_in_opposite_order_do_not_deadlock(clone: Database) -> None:
    one, two = opened(clone, "one", volume_lots="2"), opened(clone, "two", volume_lots="2")
    publish(clone, signal("close", action="close"))
    halves = [closing(made.no, volume_lots="1") for made in (one, two)]
    decide(clone, "close", issue("demo-1", *halves), decline("demo-2"))
    close_one, close_two = issued(clone, "close")
    acknowledge(clone, close_one.id, close_two.id)
    by_close = [
        event(made.id, "position_closed", deal_ticket=str(made.no)) for made in (close_one, close_two)
    ]
    by_stop = [event(made.id, "position_closed", deal_ticket=str(10 + made.no)) for made in (two, one)]

    # Each has done its first event when it comes to the second.
    meet(
        clone,
        lambda p: report(p, *by_close, instance_id=FIRST_EA),
        lambda p: report(p, *by_stop, instance_id=SECOND_EA),
        by_close[1]["event_id"],
        by_stop[1]["event_id"],
    )

    assert (exposure(clone, one), exposure(clone, two)) == (None, None)


def test_reports_of_unknown_directives_in_opposite_order_do_not_deadlock(clone: Database) -> None:
    events = [event(uuid_of(f"nobody {n}")) for n in range(2)] * 20
    calls = numbered(MANY, lambda n, p: report(p, *(events[:: 1 if n % 2 else -1])))

    answers = at_once(clone, calls)

    assert [answer for answer in answers if not isinstance(answer, list)] == []
    assert clone.value("select count(*) from ledger.unmatched_reports") == 2


def test_a_close_that_withdraws_opens_and_an_officer_that_takes_them_do_not_deadlock(clone: Database) -> None:
    position = opened(clone, "position")
    waiting = [directive(clone, f"waiting {n}") for n in range(MANY)]
    since = {"created_at": timestamp_text(after(seconds=1))}
    publish(clone, *(signal(f"close {n}", action="close", side=None, **since) for n in range(2)))
    ids = [made.id for made in waiting]
    decisions = [issue("demo-1", closing(position.no)), decline("demo-2")]
    calls: list[Callable[[Party], Any]] = [
        *numbered(2, lambda n, p: decide(p, f"close {n}", *decisions)),
        *numbered(2, lambda n, p: acknowledge(p, *ids, instance_id=uuid_of(str(n)))),
    ]

    # All that an officer will lock last is held; whoever locks in another order has the rest by then.
    last = max(ids)
    race(clone, calls, "select from ledger.trade_directives where directive_id = %s for update", last)

    assert {status(clone, made) for made in waiting} <= {"acknowledged", "cancelled"}
    assert chain.faults(clone.rows(chain.READ)) == []


def test_partitions_are_made_beside_traffic_that_locks_tables_in_another_order(clone: Database) -> None:
    asked: dict[str, Any] = {"p_from": "2027-05-01T00:00:00Z", "p_months": 1}

    with clone.connect("supabase_admin") as trader, ThreadPoolExecutor(1) as pool:
        with trader.transaction():
            trader.execute("select from ledger.trade_directives limit 1")
            made = pool.submit(
                _with_party,
                clone,
                lambda party: party.call("archivist", "premake_partitions", at=None, **asked),
            )
            wait_until_blocked(clone, 1)
            # As a new signal does: whoever makes partitions must not hold this while it waits for the other.
            trader.execute("lock table ledger.signal_outbox in row exclusive mode")
        assert made.result(10) == {"made": 1}
