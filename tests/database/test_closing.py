"""A close ends everything it means: what is open, what is being opened, and whoever has left the strategy."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from functions.contract.scalars import timestamp_text
from functions.contract.signal import Signal
from functions.director.context import AccountContext
from functions.director.decide import decide as director_decides
from scripts.tools.stack import Stack
from tests.database.database import Database
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


def ending(name: str = "close", *, at: datetime | None = None, **changes: Any) -> dict[str, Any]:
    """A signal to close all that the strategy holds, on both sides, made a moment after T0."""
    made_at = timestamp_text(at or after(milliseconds=1))
    bare: dict[str, Any] = {"side": None, "entry_price": None, "stop_loss": None, "take_profit": None}
    return signal(name, action="close", **bare | {"created_at": made_at} | changes)


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


CROWDS = {"demo-1": 250, "demo-2": 101}


@pytest.fixture(scope="module")
def _crowd(stack: Stack, stocked: str) -> Iterator[Database]:
    stack.clone_database("crowd", stocked)
    database = Database(stack, "crowd")
    names = [f"open {n}" for n in range(max(CROWDS.values()))]
    for start in range(0, len(names), 100):
        publish(database, *map(signal, names[start : start + 100]))
    for n, name in enumerate(names):
        small = opening(volume_lots="0.01")
        decide(database, name, *(issue(a, small) if n < m else decline(a) for a, m in CROWDS.items()))
    for account_id, number in CROWDS.items():
        made = [issued(database, name, account_id)[0] for name in names[:number]]
        for start in range(0, number, 100):
            few = made[start : start + 100]
            acknowledge(database, *(one.id for one in few), account_id=account_id)
            filled = (event(one.id, volume_lots="0.01") for one in few)
            report(database, *filled, account_id=account_id)
    yield database
    database.close()
    stack.drop_database("crowd")


@pytest.fixture
def crowd(_crowd: Database) -> Iterator[Database]:
    """Accounts that hold more positions of one strategy and symbol than one decision carries."""
    with _crowd.undone():
        yield _crowd


def closing_now(database: Database) -> dict[str, int]:
    """How many positions of each account are being closed, each once."""
    rows = database.rows(
        "select account_id, count(distinct target_directive_no) as number, count(*) as closes"
        " from ledger.trade_directives where action = 'close' group by account_id"
    )
    assert all(row["number"] == row["closes"] for row in rows)
    return {row["account_id"]: row["number"] for row in rows}


def test_a_close_closes_a_hundred_positions_a_run_until_none_is_left(crowd: Database) -> None:
    publish(crowd, ending())

    found = []
    while signal_status(crowd) == "pending":
        run(crowd)
        found.append(closing_now(crowd))

    assert found == [{"demo-1": 100, "demo-2": 100}, {"demo-1": 200, "demo-2": 101}, CROWDS]


def test_a_halt_closes_however_many_positions_there_are(crowd: Database) -> None:
    everything: dict[str, Any] = {"scope": "global", "value": None, "reason": "enough", "mode": "close_all"}
    halt = crowd.call("operator", "halt_trading", p_halt=everything)
    answer = {"accounts_decided": 1}
    while answer["accounts_decided"]:
        answer = crowd.call("operator", "close_halted", p_halt_no=halt["halt_no"])
    run(crowd)

    assert (closing_now(crowd), answer["positions_left"]) == (CROWDS, 0)
    assert crowd.value("select count(*) from ledger.signal_outbox where status = 'pending'") == 0


def test_a_reversal_of_more_than_one_decision_carries_closes_them_all_and_opens_nothing(
    crowd: Database,
) -> None:
    roomy = {"max_open_positions_account": 1000, "max_open_positions_symbol": 1000}
    changes = roomy | {"opposite_positions": "reverse"}
    crowd.call("operator", "change_account", p_account_id="demo-1", p_changes=changes)
    publish(crowd, signal("turn", side="sell", stop_loss="1.105", take_profit=None))

    run(crowd)

    query = "select reason from ledger.risk_decisions where signal_id = %s and account_id = 'demo-1'"
    assert crowd.value(query, uuid_of("turn")) == "opposite_position"
    assert closing_now(crowd) == {"demo-1": CROWDS["demo-1"]}
