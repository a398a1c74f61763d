"""Poll: what an officer is offered, in which order, what is withheld, and that asking costs nothing."""

from typing import Any

import pytest
from psycopg.types.json import Jsonb

from functions.contract.poll import PollAnswer
from functions.contract.scalars import timestamp_text
from tests.database.database import Database, Refused
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
    modifying,
    opened,
    opening,
    poll,
    publish,
    report,
    resume,
    signal,
    uuid_of,
)
from tests.support import documents
from tests.support.clock import after


def offered(database: Database, **changes: Any) -> list[int]:
    """The numbers of the directives that a poll offers, in its order."""
    return [document["directive_no"] for document in poll(database, **changes)["directives"]]


def test_an_officer_is_offered_its_directives_as_the_contract_says(database: Database) -> None:
    made = directive(database, "signal", opening(volume_lots="0.10"))

    answer = poll(database)

    PollAnswer.model_validate(answer)
    assert answer["directives"] == [
        opening(volume_lots="0.1")
        | {
            "directive_id": made.id,
            "directive_no": made.no,
            "signal_id": uuid_of("signal"),
            "strategy_id": "cross-h1",
            "symbol": "EURUSD",
            "created_at": "2026-01-05T12:00:00Z",
            "account_id": "demo-1",
            "issued_at": "2026-01-05T12:00:00Z",
        }
    ]
    assert poll(database, account_id="demo-2")["directives"] == []


def test_asked_again_the_answer_is_the_same_and_nothing_is_written(database: Database) -> None:
    directive(database)
    first = poll(database)
    contents = database.contents()

    assert poll(database) == first
    assert database.contents() == contents


def test_a_poll_within_five_seconds_of_the_last_does_not_even_take_a_transaction_number(
    clone: Database,
) -> None:
    directive(clone)
    poll(clone)
    request = Jsonb({"instance_id": FIRST_EA, "max_directives": 9, "unresolved": []})

    with clone.party() as party, party.acting_as("officer", "demo-1") as connection:
        connection.execute("select api.poll_directives(%s, %s)", (request, after(seconds=4)))
        # Row locks count as writing too: they cost a transaction number and a flush of the log.
        written = connection.execute("select pg_current_xact_id_if_assigned() as xid").fetchone()

    assert written == {"xid": None}


def test_an_officer_s_last_call_is_noted_after_five_seconds_and_never_goes_back(database: Database) -> None:
    poll(database, instance_id=SECOND_EA)
    query = "select last_seen_at from ledger.officer_instances where instance_id = %s"

    seen = []
    for seconds in (4, 6, 7, 2, 12):
        poll(database, instance_id=SECOND_EA, at=after(seconds=seconds))
        seen.append(database.value(query, SECOND_EA))

    assert seen == [after(seconds=s) for s in (0, 6, 6, 6, 12)]


def test_closes_come_before_opens_then_by_priority_then_by_age(database: Database) -> None:
    position, another = opened(database, "a"), opened(database, "b")
    young = directive(database, "young", at=after(minutes=2))
    old = directive(database, "old", at=after(minutes=1))
    urgent = directive(database, "urgent", opening(priority=8), at=after(minutes=2))
    modify = directive(database, "modify", modifying(position.no), at=after(minutes=2))
    since: Any = {"created_at": timestamp_text(after(seconds=1))}
    publish(database, signal("close", action="close", **since), at=after(minutes=2))
    both = issue("demo-1", closing(position.no), closing(another.no))
    decide(database, "close", both, decline("demo-2"), at=after(minutes=2))
    closes = [close.no for close in issued(database, "close")]

    # The close withdrew the opens that came before it; these come after.
    assert offered(database, at=after(minutes=2)) == [*closes, modify.no]
    young = directive(database, "young 2", at=after(minutes=3), **since)
    old = directive(database, "old 2", at=after(minutes=2), **since)
    urgent = directive(database, "urgent 2", opening(priority=8), at=after(minutes=3), **since)

    expected = [*closes, modify.no, urgent.no, old.no, young.no]
    assert offered(database, at=after(minutes=3)) == expected
    assert offered(database, at=after(minutes=3), max_directives=4) == expected[:4]


def test_an_expired_open_is_not_offered_and_a_close_always_is(database: Database) -> None:
    position = opened(database, "open")
    close = directive(database, "close", closing(position.no))
    made = directive(database)

    assert offered(database, at=after(minutes=4, seconds=59)) == [close.no, made.no]
    assert offered(database, at=after(minutes=5)) == [close.no]
    assert offered(database, at=after(days=300)) == [close.no]


@pytest.mark.parametrize(
    ("scope", "value", "whole_account"),
    [
        ("global", None, True),
        ("account", "demo-1", True),
        ("symbol", "EURUSD", False),
        ("strategy", "cross-h1", False),
    ],
)
def test_a_halt_withholds_opens_until_trading_resumes(
    database: Database, scope: str, value: str | None, whole_account: bool
) -> None:
    position = opened(database, "open")
    close, made = directive(database, "close", closing(position.no)), directive(database)

    halt(database, scope, value)
    assert offered(database) == [close.no]
    assert poll(database)["halted"] is whole_account
    resume(database, scope, value)
    assert offered(database) == [close.no, made.no]
    assert poll(database)["halted"] is False


def test_a_halt_of_another_account_or_symbol_withholds_nothing(database: Database) -> None:
    made = directive(database)
    other = documents.strategy("other", symbols=["USDJPY"])
    database.call("operator", "save_strategy", p_strategy=other)
    halt(database, "account", "demo-2")
    halt(database, "symbol", "USDJPY")

    assert offered(database) == [made.no]
    assert poll(database)["halted"] is False


def test_a_disabled_account_is_offered_closes_only(database: Database) -> None:
    position = opened(database, "open")
    close = directive(database, "close", closing(position.no))
    directive(database)
    database.call("operator", "change_account", p_account_id="demo-1", p_changes={"enabled": False})

    assert offered(database) == [close.no]


def test_while_too_much_is_in_flight_opens_are_withheld_and_closes_are_not(database: Database) -> None:
    database.call("operator", "change_account", p_account_id="demo-1", p_changes={"max_in_flight": 1})
    position = opened(database, "open")
    close = directive(database, "close", closing(position.no))
    in_flight, made = directive(database, "in flight"), directive(database)
    assert offered(database) == [close.no, in_flight.no]

    acknowledge(database, in_flight.id)
    assert (offered(database), poll(database)["in_flight"]) == ([close.no], 1)

    report(database, event(in_flight.id))
    assert (offered(database), poll(database)["in_flight"]) == ([close.no, made.no], 0)


def test_no_more_opens_are_offered_than_may_be_in_flight(database: Database) -> None:
    database.call("operator", "change_account", p_account_id="demo-1", p_changes={"max_in_flight": 3})
    position = opened(database, "open")
    close = directive(database, "close", closing(position.no))
    in_flight, *made = [directive(database, f"signal {n}") for n in range(5)]
    acknowledge(database, in_flight.id)

    assert offered(database) == [close.no, made[0].no, made[1].no]
    assert offered(database, max_directives=2) == [close.no, made[0].no]


def test_an_unresolved_directive_is_listed_with_who_holds_it(database: Database) -> None:
    made = directive(database)
    acknowledge(database, made.id, at=after(seconds=30))

    (own,) = poll(database)["unresolved"]
    (foreign,) = poll(database, instance_id=SECOND_EA)["unresolved"]

    assert own["directive"]["directive_no"] == made.no
    assert (own["acknowledged_by"], own["acknowledged_at"]) == (FIRST_EA, "2026-01-05T12:00:30Z")
    assert (own["takeover"], foreign["takeover"]) == (False, True)
    assert poll(database, account_id="demo-2")["unresolved"] == []


def test_what_an_officer_still_works_on_is_settled_when_it_is_over(database: Database) -> None:
    names = ("acknowledged", "completed", "failed", "expired", "pending")
    made = {name: directive(database, name) for name in names}
    acknowledge(database, *(made[name].id for name in ("acknowledged", "completed", "failed")))
    report(database, event(made["completed"].id), event(made["failed"].id, "order_failed"))
    acknowledge(database, made["expired"].id, at=after(minutes=5))
    foreign = directive(database, "foreign", account_id="demo-2")
    asked = [*(d.id for d in made.values()), foreign.id, uuid_of("unknown")]

    settled = {s["directive_id"]: s["status"] for s in poll(database, unresolved=asked)["settled"]}

    assert settled == {
        made["completed"].id: "completed",
        made["failed"].id: "failed",
        made["expired"].id: "cancelled",
        made["pending"].id: "pending",
        foreign.id: None,
        uuid_of("unknown"): None,
    }


def test_an_idle_officer_is_told_to_ask_less_often(database: Database) -> None:
    idle = poll(database)["poll_after_ms"]
    made = directive(database)
    busy = poll(database)["poll_after_ms"]
    acknowledge(database, made.id)

    assert (idle, busy, poll(database)["poll_after_ms"]) == (2000, 500, 500)


def test_an_officer_without_an_account_is_refused_at_every_door(database: Database) -> None:
    contents = database.contents()
    for door in ("poll_directives", "acknowledge_directives", "report_executions", "sync_account"):
        with pytest.raises(Refused) as refused:
            database.call("officer", door, p_request={"instance_id": FIRST_EA})
        assert (refused.value.code, refused.value.status) == ("permission_denied", 403)

    assert database.contents() == contents
