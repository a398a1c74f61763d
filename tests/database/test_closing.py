"""A close ends everything it means: what is open, what is being opened, and whoever has left the strategy."""

from datetime import datetime
from typing import Any

import pytest

from functions.contract.scalars import timestamp_text
from functions.contract.signal import Signal
from functions.director.context import AccountContext
from functions.director.decide import decide as director_decides
from tests.database.database import Database
from tests.database.story import (
    Directive,
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
    opening,
    publish,
    report,
    signal,
    status,
    uuid_of,
)
from tests.support import documents
from tests.support.clock import T0, after

Pending = list[dict[str, Any]]


def looked(database: Database, at: datetime = T0) -> Pending:
    """What a director run reads, once, before it decides."""
    found: Pending = database.call("director", "pending_signals", at=at, p_max_signals=100)["signals"]
    return found


def run(database: Database, at: datetime = T0, pending: Pending | None = None) -> None:
    """A director run with the director's own rules: on what is pending now, or on what it saw earlier."""
    for waiting in looked(database, at) if pending is None else pending:
        found = Signal.model_validate(waiting["signal"])
        contexts = [AccountContext.model_validate(context) for context in waiting["accounts"]]
        decisions = [director_decides(found, context, at).model_dump(mode="json") for context in contexts]
        database.call(
            "director", "decide_signal", at=at, p_signal_id=str(found.signal_id), p_decisions=decisions
        )


def ending(name: str = "close", *, at: datetime = T0, **changes: Any) -> dict[str, Any]:
    """A signal to close all that the strategy holds, on both sides."""
    bare = {"side": None, "entry_price": None, "stop_loss": None, "take_profit": None}
    return signal(name, action="close", created_at=timestamp_text(at), **bare | changes)


def targets(database: Database, *names: str) -> list[int]:
    """What the directives of these signals close."""
    query = "select target_directive_no as target from ledger.trade_directives where directive_no = any (%s)"
    made = [close.no for name in names for close in issued(database, name)]
    return sorted(row["target"] for row in database.rows(query, made))


def signal_status(database: Database, name: str = "close") -> str:
    query = "select status from ledger.signal_outbox where signal_id = %s"
    return str(database.value(query, uuid_of(name)))


def leave(database: Database) -> None:
    """The account no longer follows the strategy."""
    subscription = documents.subscription("demo-1", enabled=False)
    database.call("operator", "subscribe", p_subscription=subscription)


def in_flight(database: Database, name: str = "open") -> Directive:
    """An open that an officer has at the broker at this moment."""
    made = directive(database, name)
    acknowledge(database, made.id)
    return made


def test_a_close_waits_for_an_open_in_flight_and_closes_what_it_becomes(database: Database) -> None:
    made = in_flight(database)
    publish(database, ending())

    run(database)
    waiting = signal_status(database), targets(database, "close")
    report(database, event(made.id), at=after(seconds=1))
    run(database, after(minutes=1))

    assert waiting == ("pending", [])
    assert (signal_status(database), targets(database, "close")) == ("processed", [made.no])


def test_a_close_that_waited_for_an_open_that_came_to_nothing_is_settled(database: Database) -> None:
    made = in_flight(database)
    publish(database, ending())

    run(database)
    report(database, event(made.id, "order_rejected"), at=after(seconds=1))
    run(database, after(minutes=1))

    assert (signal_status(database), targets(database, "close")) == ("processed", [])
    query = "select reason from ledger.risk_decisions where signal_id = %s and account_id = 'demo-1'"
    assert database.value(query, uuid_of("close")) == "no_position"


def test_an_account_whose_close_waits_holds_up_no_other(database: Database) -> None:
    in_flight(database)
    other = opened(database, "theirs", account_id="demo-2")
    publish(database, ending())

    run(database)

    (close,) = issued(database, "close", "demo-2")
    query = "select target_directive_no from ledger.trade_directives where directive_no = %s"
    assert database.value(query, close.no) == other.no
    (waiting,) = looked(database)
    assert [account["account_id"] for account in waiting["accounts"]] == ["demo-1"]


def test_a_close_decided_from_before_the_fill_is_decided_again(database: Database) -> None:
    publish(database, signal("open"), ending())
    seen = looked(database)
    decide(database, "open", issue("demo-1"), decline("demo-2"))
    (made,) = issued(database, "open")
    acknowledge(database, made.id)
    report(database, event(made.id))

    run(database, pending=[waiting for waiting in seen if waiting["signal"]["action"] == "close"])
    stale = signal_status(database), targets(database, "close")
    run(database, after(minutes=1))

    assert stale == ("pending", [])
    assert (signal_status(database), targets(database, "close")) == ("processed", [made.no])


def test_a_close_of_some_positions_only_is_not_recorded(database: Database) -> None:
    one, two = opened(database, "one"), opened(database, "two")
    publish(database, ending())

    decide(database, "close", issue("demo-1", closing(one.no)), decline("demo-2"))
    part = signal_status(database), targets(database, "close")
    decide(database, "close", issue("demo-1", closing(one.no), closing(two.no)))

    assert part == ("pending", [])
    assert (signal_status(database), targets(database, "close")) == ("processed", [one.no, two.no])


@pytest.mark.parametrize("changes", [{"side": "sell"}, {"symbol": "USDJPY"}])
def test_a_close_of_something_else_waits_for_nothing(database: Database, changes: dict[str, Any]) -> None:
    in_flight(database)
    publish(database, ending(**changes))

    run(database)

    assert signal_status(database) == "processed"


def test_opens_that_nobody_has_taken_are_withdrawn_even_while_the_close_waits(database: Database) -> None:
    in_flight(database)
    waiting = directive(database, "waiting")
    publish(database, ending())

    run(database)

    assert (status(database, waiting), exposure(database, waiting)) == ("cancelled", None)
    assert signal_status(database) == "pending"


def test_two_closes_of_one_position_make_one_directive(database: Database) -> None:
    made = opened(database, "open")
    for name in ("close 1", "close 2"):
        publish(database, ending(name))
        run(database)

    assert targets(database, "close 1", "close 2") == [made.no]
    query = "select reason from ledger.risk_decisions where signal_id = %s and account_id = 'demo-1'"
    assert database.value(query, uuid_of("close 2")) == "already_closing"


def test_two_closes_that_one_run_reads_together_make_one_directive(database: Database) -> None:
    made = opened(database, "open")
    publish(database, ending("close 1"), ending("close 2"))

    run(database)
    waiting = sorted(signal_status(database, name) for name in ("close 1", "close 2"))
    run(database, after(minutes=1))

    assert waiting == ["pending", "processed"]
    assert targets(database, "close 1", "close 2") == [made.no]
    assert looked(database) == []


def test_a_position_whose_close_failed_is_closed_by_the_next(database: Database) -> None:
    made = opened(database, "open")
    publish(database, ending("close 1"))
    run(database)
    (close,) = issued(database, "close 1")
    acknowledge(database, close.id)
    report(database, event(close.id, "order_rejected"))
    publish(database, ending("close 2"))
    run(database)

    assert targets(database, "close 1", "close 2") == [made.no, made.no]


def test_who_has_left_a_strategy_still_closes_what_it_opened(database: Database) -> None:
    made = opened(database, "open")
    leave(database)
    publish(database, ending())

    run(database)

    assert (signal_status(database), targets(database, "close")) == ("processed", [made.no])


def test_a_close_of_who_has_left_is_not_settled_by_the_others(database: Database) -> None:
    opened(database, "open")
    leave(database)
    publish(database, ending())

    assert decide(database, "close", decline("demo-2"))["status"] == "pending"


def test_who_has_left_and_holds_nothing_is_asked_no_more(database: Database) -> None:
    leave(database)
    publish(database, ending(), signal("open"))

    found = [[account["account_id"] for account in waiting["accounts"]] for waiting in looked(database)]

    assert found == [["demo-2"], ["demo-2"]]


def test_who_has_left_opens_nothing_more_whatever_it_still_holds(database: Database) -> None:
    opened(database, "open")
    leave(database)
    publish(database, signal("next"), signal("stops", action="modify", side=None))

    found = {
        waiting["signal"]["action"]: [account["account_id"] for account in waiting["accounts"]]
        for waiting in looked(database)
    }

    assert found == {"open": ["demo-2"], "modify": ["demo-1"]}


def test_a_close_that_carries_as_much_as_it_can_leaves_the_rest_to_the_next(clone: Database) -> None:
    names = [f"open {n}" for n in range(101)]
    publish(clone, *map(signal, names))
    for name in names:
        decide(clone, name, issue("demo-1", opening(volume_lots="0.01")), decline("demo-2"))
    made = [issued(clone, name)[0] for name in names]
    for few in (made[:100], made[100:]):
        acknowledge(clone, *(one.id for one in few))
        report(clone, *(event(one.id, volume_lots="0.01") for one in few))
    for name in ("close 1", "close 2"):
        publish(clone, ending(name))
        run(clone)

    assert targets(clone, "close 1") == [one.no for one in made[:100]]
    assert targets(clone, "close 2") == [made[100].no]
