"""A halt that closes: everything in its scope, once, whoever decides it."""

from typing import Any

import pytest

from functions.contract.scalars import timestamp_text
from tests.database.database import Database, Refused
from tests.database.directing import run
from tests.database.story import (
    Caller,
    acknowledge,
    closing,
    decide,
    directive,
    event,
    exposure,
    issue,
    opened,
    poll,
    publish,
    report,
    signal,
    status,
    uuid_of,
)
from tests.support.clock import after

EVERYTHING = {"scope": "global", "value": None}


def kill(caller: Caller, scope: dict[str, Any] = EVERYTHING, reason: str = "enough") -> dict[str, Any]:
    """Halt with close_all, and ask for closes until there is nothing more to decide."""
    halt = caller.call("operator", "halt_trading", p_halt=scope | {"reason": reason, "mode": "close_all"})
    while caller.call("operator", "close_halted", p_halt_no=halt["halt_no"])["accounts_decided"]:
        pass
    found: dict[str, Any] = halt
    return found


def closes(database: Database) -> list[tuple[str, int]]:
    """Account and target of all closes."""
    rows = database.rows(
        "select account_id, target_directive_no as target from ledger.trade_directives"
        " where action = 'close' order by directive_no"
    )
    return [(row["account_id"], row["target"]) for row in rows]


def test_everything_is_closed_on_all_accounts_and_offered_at_the_next_poll(database: Database) -> None:
    ours = opened(database, "ours")
    theirs = opened(database, "theirs", account_id="demo-2")

    kill(database)

    assert closes(database) == [("demo-1", ours.no), ("demo-2", theirs.no)]
    [offered] = poll(database)["directives"]
    assert (offered["action"], offered["target_directive_no"], offered["priority"]) == ("close", ours.no, 9)


@pytest.mark.parametrize(
    ("scope", "value", "closed"),
    [
        ("account", "demo-2", {"theirs"}),
        ("symbol", "EURUSD", {"ours", "theirs"}),
        ("strategy", "cross-h1", {"ours", "theirs", "pound"}),
    ],
)
def test_only_what_is_in_scope_is_closed(
    database: Database, scope: str, value: str, closed: set[str]
) -> None:
    made = {
        "ours": opened(database, "ours"),
        "theirs": opened(database, "theirs", account_id="demo-2"),
        "pound": opened(database, "pound", symbol="GBPUSD"),
    }

    kill(database, {"scope": scope, "value": value})

    assert {target for _, target in closes(database)} == {made[name].no for name in closed}


def test_asked_twice_and_decided_by_a_director_meanwhile_each_position_is_closed_once(
    database: Database,
) -> None:
    opened(database, "ours")
    first = kill(database)
    run(database, after(minutes=1))
    second = kill(database)

    assert (first["halt_no"], len(closes(database))) == (second["halt_no"], 1)


def test_a_director_that_read_before_a_kill_does_not_close_again_what_the_kill_has_closed(
    database: Database,
) -> None:
    position = opened(database, "ours")
    publish(database, signal("exit", action="close", side=None, entry_price=None, stop_loss=None))
    read = issue("demo-1", closing(position.no))
    kill(database)
    [close] = poll(database)["directives"]
    acknowledge(database, close["directive_id"])
    report(database, event(close["directive_id"], "position_closed"))

    late = decide(database, "exit", read)
    run(database, after(minutes=1))

    assert (late["status"], late["decisions"]) == ("pending", [])
    assert closes(database) == [("demo-1", position.no)]
    query = "select reason from ledger.risk_decisions where signal_id = %s and account_id = 'demo-1'"
    assert database.value(query, uuid_of("exit")) == "no_position"


def test_an_open_nobody_has_taken_is_withdrawn(database: Database) -> None:
    waiting = directive(database, "waiting")

    kill(database)

    assert (status(database, waiting), exposure(database, waiting)) == ("cancelled", None)


def test_an_open_in_flight_is_closed_by_the_director_once_it_is_there(database: Database) -> None:
    flying = directive(database, "flying")
    acknowledge(database, flying.id)

    kill(database)
    before = closes(database)
    report(database, event(flying.id), at=after(seconds=5))
    run(database, after(minutes=1))

    assert (before, closes(database)) == ([], [("demo-1", flying.no)])


def test_an_open_without_outcome_keeps_nothing_else_from_being_closed(database: Database) -> None:
    position = opened(database, "ours")
    stuck = directive(database, "stuck")
    acknowledge(database, stuck.id)

    halt = kill(database)
    before = closes(database)
    answer = database.call("operator", "close_halted", p_halt_no=halt["halt_no"])
    report(database, event(stuck.id), at=after(hours=6))
    again = database.call("operator", "close_halted", at=after(hours=6), p_halt_no=halt["halt_no"])

    assert (before, answer["positions_left"]) == ([("demo-1", position.no)], 1)
    assert (closes(database)[1:], again["positions_left"]) == ([("demo-1", stuck.no)], 0)


def test_a_close_that_waited_leaves_alone_what_was_opened_once_trading_was_resumed(
    database: Database,
) -> None:
    flying = directive(database, "flying")
    acknowledge(database, flying.id)
    kill(database)
    database.call("operator", "resume_trading", p_halt=EVERYTHING | {"reason": "over"})
    later = after(minutes=1)
    newer = opened(database, "newer", created_at=timestamp_text(later))
    report(database, event(flying.id), at=later)

    run(database, later)

    assert closes(database) == [("demo-1", flying.no)]
    assert exposure(database, newer) is not None


def test_a_fill_that_comes_back_after_a_kill_found_nothing_is_closed_by_the_kill(database: Database) -> None:
    waiting = directive(database, "waiting")
    flying = directive(database, "flying", account_id="demo-2")
    acknowledge(database, flying.id, account_id="demo-2")
    halt = kill(database)
    # Its officer had traded without asking, and tells it late.
    report(database, event(waiting.id), at=after(minutes=1))

    answer = database.call("operator", "close_halted", at=after(minutes=1), p_halt_no=halt["halt_no"])

    assert (closes(database), answer["accounts_decided"]) == ([("demo-1", waiting.no)], 1)


def test_what_is_being_closed_already_is_left_alone(database: Database) -> None:
    position = opened(database, "ours")
    directive(database, "close", closing(position.no))

    kill(database)

    assert closes(database) == [("demo-1", position.no)]


def test_the_signals_of_a_kill_are_settled_by_the_next_director_run(database: Database) -> None:
    opened(database, "ours")
    kill(database)

    run(database, after(minutes=1))

    assert database.value("select count(*) from ledger.signal_outbox where status = 'pending'") == 0


def test_nothing_is_opened_after_a_kill(database: Database) -> None:
    kill(database)
    publish(database, signal("late"))

    run(database)

    query = "select distinct reason from ledger.risk_decisions"
    assert database.value(query) == "trading_halted"


def test_a_kill_takes_accounts_in_batches_and_goes_on_where_it_stopped(database: Database) -> None:
    for account_id in ("demo-1", "demo-2"):
        opened(database, account_id, account_id=account_id)
    halt = database.call(
        "operator", "halt_trading", p_halt=EVERYTHING | {"reason": "enough", "mode": "close_all"}
    )

    def batch() -> int:
        answer = database.call("operator", "close_halted", p_halt_no=halt["halt_no"], p_max_accounts=1)
        return int(answer["accounts_decided"])

    assert [batch(), batch(), batch()] == [1, 1, 0]
    assert len(closes(database)) == 2


def test_a_kill_that_was_taken_back_closes_nothing_more(database: Database) -> None:
    halt = kill(database)
    database.call("operator", "resume_trading", p_halt=EVERYTHING | {"reason": "over"})
    opened(database, "again")

    with pytest.raises(Refused, match="halt_over"):
        database.call("operator", "close_halted", p_halt_no=halt["halt_no"])
    assert closes(database) == []


def test_a_halt_that_only_stops_opens_closes_nothing(database: Database) -> None:
    opened(database, "ours")
    halt = database.call("operator", "halt_trading", p_halt=EVERYTHING | {"reason": "wait"})

    with pytest.raises(Refused, match="halt_unknown"):
        database.call("operator", "close_halted", p_halt_no=halt["halt_no"])
    assert (halt["mode"], closes(database)) == ("close_only", [])


def test_a_halt_that_becomes_a_kill_is_a_new_halt(database: Database) -> None:
    first = database.call("operator", "halt_trading", p_halt=EVERYTHING | {"reason": "enough"})
    assert kill(database)["halt_no"] > first["halt_no"]


@pytest.mark.parametrize("mode", ["close_some", ""])
def test_an_unknown_mode_is_refused(database: Database, mode: str) -> None:
    with pytest.raises(Refused, match="halt_invalid"):
        database.call("operator", "halt_trading", p_halt=EVERYTHING | {"reason": "x", "mode": mode})


def test_the_story_of_a_kill_names_its_halt(database: Database) -> None:
    opened(database, "ours")
    halt = kill(database)

    numbers = database.value("select numbers from ledger.risk_decisions where numbers ? 'halt_no'")
    assert numbers == {"halt_no": halt["halt_no"], "positions_matched": 1}
    actors = database.rows("select distinct actor from ledger.journal where event like 'directive.issued'")
    assert {row["actor"] for row in actors} == {"director", "operator"}
