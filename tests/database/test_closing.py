"""A close ends everything it means: what is open, what is being opened, and whoever has left the strategy."""

from typing import Any

import pytest

from functions.contract.scalars import timestamp_text
from tests.database.database import Database
from tests.database.directing import ending, looked, run, signal_status, targets
from tests.database.story import (
    ROOMY,
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
    publish,
    report,
    signal,
    status,
    uuid_of,
)
from tests.support import documents
from tests.support.clock import T0, after


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
    made = in_flight(database)
    publish(database, ending())
    seen = looked(database)
    report(database, event(made.id))

    run(database, pending=seen)
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
    # Of two bars: what opens at a bar is asked about once what closes at it is decided.
    publish(database, ending(), signal("open", created_at=timestamp_text(after(minutes=-1))))

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


def test_what_is_open_is_closed_at_once_and_only_the_open_without_outcome_is_waited_for(
    database: Database,
) -> None:
    held = opened(database, "held")
    stuck = in_flight(database, "stuck")
    publish(database, ending())

    run(database)
    at_once = targets(database, "close"), signal_status(database)
    run(database, after(hours=6))
    waiting = targets(database, "close"), signal_status(database)
    report(database, event(stuck.id), at=after(hours=7))
    run(database, after(hours=7))

    assert (at_once, waiting) == (([held.no], "pending"), ([held.no], "pending"))
    assert (targets(database, "close"), signal_status(database)) == ([held.no, stuck.no], "processed")


def test_a_close_that_goes_on_leaves_alone_what_was_opened_since(database: Database) -> None:
    held, stuck = opened(database, "held"), in_flight(database, "stuck")
    publish(database, ending())
    run(database)
    newer = opened(database, "newer", created_at=timestamp_text(after(minutes=1)))
    report(database, event(stuck.id), at=after(hours=1))

    run(database, after(hours=1))

    assert (targets(database, "close"), signal_status(database)) == ([held.no, stuck.no], "processed")
    assert exposure(database, newer) is not None


def test_a_close_that_goes_on_does_not_try_again_what_was_rejected(database: Database) -> None:
    held, stuck = opened(database, "held"), in_flight(database, "stuck")
    publish(database, ending())
    run(database)
    (close,) = issued(database, "close")
    acknowledge(database, close.id)
    report(database, event(close.id, "order_rejected"), event(stuck.id))

    run(database, after(minutes=1))

    assert (targets(database, "close"), signal_status(database)) == ([held.no, stuck.no], "processed")


def taken_up(database: Database, name: str) -> Directive:
    """The open that was issued for a signal, filled."""
    (made,) = issued(database, name)
    acknowledge(database, made.id)
    report(database, event(made.id))
    return made


def roomy(database: Database) -> None:
    database.call("operator", "change_account", p_account_id="demo-1", p_changes=dict(ROOMY))


def test_a_close_that_goes_on_leaves_alone_what_was_opened_at_its_own_bar(database: Database) -> None:
    earlier: Any = {"created_at": timestamp_text(after(hours=-1))}
    held = opened(database, "held", **earlier)
    stuck = directive(database, "stuck", **earlier)
    acknowledge(database, stuck.id)
    publish(database, ending(at=T0), signal("of the bar"))
    run(database)
    decide(database, "of the bar", issue("demo-1"), decline("demo-2"))
    new = taken_up(database, "of the bar")
    report(database, event(stuck.id))

    run(database, after(minutes=1))

    assert (targets(database, "close"), signal_status(database)) == ([held.no, stuck.no], "processed")
    assert exposure(database, new) is not None


@pytest.mark.parametrize("filled", [False, True])
def test_a_close_that_waits_leaves_alone_what_was_opened_since(database: Database, filled: bool) -> None:
    stuck = in_flight(database, "stuck")
    publish(database, ending())
    run(database)
    newer = directive(database, "newer", created_at=timestamp_text(after(seconds=1)))
    if filled:
        taken_up(database, "newer")

    run(database, after(minutes=1))
    waiting = targets(database, "close"), signal_status(database)
    report(database, event(stuck.id), at=after(minutes=2))
    run(database, after(minutes=2))

    assert waiting == ([], "pending")
    assert (targets(database, "close"), signal_status(database)) == ([stuck.no], "processed")
    assert status(database, newer) == ("completed" if filled else "pending")


def reason(database: Database, name: str) -> str:
    """Why it was decided so for demo-1."""
    query = "select reason from ledger.risk_decisions where signal_id = %s and account_id = 'demo-1'"
    return str(database.value(query, uuid_of(name)))


@pytest.mark.parametrize(
    ("close", "found"),
    [
        ({}, "overtaken_by_close"),
        ({"side": "buy"}, "overtaken_by_close"),
        ({"side": "sell"}, "issued"),
        ({"symbol": "GBPUSD"}, "issued"),
        ({"opened_before": timestamp_text(T0)}, "overtaken_by_close"),
        ({"opened_before": timestamp_text(after(seconds=-1))}, "issued"),
        ({"at": T0}, "issued"),
    ],
)
def test_an_open_is_not_issued_after_a_newer_close_that_means_it(
    database: Database, close: dict[str, Any], found: str
) -> None:
    publish(database, signal("open"))
    publish(database, ending(**close))
    decide(database, "close", decline("demo-1"), decline("demo-2"))

    decide(database, "open", issue("demo-1"), decline("demo-2"))

    assert reason(database, "open") == found


def test_what_was_meant_before_a_halt_is_not_opened_after_it_only_to_be_closed(database: Database) -> None:
    roomy(database)
    earlier: Any = {"created_at": timestamp_text(after(hours=-1))}
    held, stuck = opened(database, "held", **earlier), directive(database, "stuck", **earlier)
    acknowledge(database, stuck.id)
    publish(database, signal("before"))
    of_account = {"scope": "account", "value": "demo-1", "reason": "enough"}
    everything = of_account | {"mode": "close_all"}
    halt = database.call("operator", "halt_trading", at=after(seconds=10), p_halt=everything)
    database.call("operator", "close_halted", at=after(seconds=10), p_halt_no=halt["halt_no"])
    database.call("operator", "resume_trading", at=after(seconds=20), p_halt=of_account)
    since = signal("since", created_at=timestamp_text(after(seconds=25)))
    publish(database, since, at=after(seconds=25))

    decide(database, "before", issue("demo-1"), decline("demo-2"), at=after(seconds=30))
    decide(database, "since", issue("demo-1"), decline("demo-2"), at=after(seconds=30))
    new = taken_up(database, "since")
    report(database, event(stuck.id), at=after(seconds=40))
    run(database, after(minutes=1))

    assert reason(database, "before") == "overtaken_by_close"
    query = "select target_directive_no as no from ledger.trade_directives where action = 'close' order by 1"
    assert [row["no"] for row in database.rows(query)] == [held.no, stuck.no]
    assert exposure(database, new) is not None
