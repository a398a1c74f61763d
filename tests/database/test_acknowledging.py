"""Acknowledgement: the one moment of commitment, for one instance, and when another may take over."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from functions.contract.ack import AckAnswer
from tests.database.database import Database, Refused
from tests.database.story import (
    FIRST_EA,
    SECOND_EA,
    acknowledge,
    closing,
    directive,
    event,
    exposure,
    halt,
    modifying,
    opened,
    poll,
    report,
    status,
    uuid_of,
)
from tests.support import documents
from tests.support.clock import after

THIRD_EA = uuid_of("third instance")
# How long an instance of the accounts here must be silent: documents.account().
TAKEOVER_SECONDS = 120


def code(database: Database, directive_id: str, **changes: object) -> str | None:
    """The code an acknowledgement of one directive is refused with; None if it is granted."""
    (result,) = acknowledge(database, directive_id, **changes)  # type: ignore[arg-type]
    assert (result["outcome"] == "granted") == (result["code"] is None) == (result["directive"] is not None)
    refusal: str | None = result["code"]
    return refusal


def test_a_granted_directive_comes_with_everything_needed_to_trade(database: Database) -> None:
    made = directive(database)
    (offer,) = poll(database)["directives"]
    request = {"instance_id": FIRST_EA, "directive_ids": [made.id]}

    answer = database.call("officer", "acknowledge_directives", account_id="demo-1", p_request=request)

    AckAnswer.model_validate(answer)
    assert answer == {
        "server_time": "2026-01-05T12:00:00Z",
        "results": [
            {
                "directive_id": made.id,
                "outcome": "granted",
                "code": None,
                "takeover": False,
                "directive": offer,
            }
        ],
    }
    assert database.events()[-2:] == ["directive.acknowledged", "acknowledgement.granted"]


def test_a_second_ack_by_the_same_instance_is_granted_again_and_writes_nothing(database: Database) -> None:
    made = directive(database)
    first = acknowledge(database, made.id)
    contents = database.contents()

    assert acknowledge(database, made.id) == first
    assert database.contents() == contents


def test_another_instance_is_refused_while_the_first_is_heard_of(database: Database) -> None:
    made = directive(database)
    acknowledge(database, made.id)

    assert code(database, made.id, instance_id=SECOND_EA) == "directive_taken"


def test_results_come_in_the_order_asked_each_with_its_own_code(database: Database) -> None:
    position = opened(database, "done")
    failed, cancelled, expired, held, fresh = (
        directive(database, name) for name in ("failed", "cancelled", "expired", "held", "fresh")
    )
    acknowledge(database, failed.id, cancelled.id)
    report(database, event(failed.id, "order_rejected"), event(cancelled.id, "order_cancelled"))
    acknowledge(database, held.id, instance_id=SECOND_EA)
    foreign = directive(database, "foreign", account_id="demo-2")
    asked = [expired.id, uuid_of("?"), position.id, foreign.id, fresh.id, held.id, failed.id, cancelled.id]
    database.execute("update ledger.settings set poll_busy_ms = 500 where only_row")

    codes = [result["code"] for result in acknowledge(database, *asked)]
    assert codes == [
        None,
        "directive_unknown",
        "directive_finished",
        "directive_unknown",
        None,
        "directive_taken",
        "directive_finished",
        "directive_cancelled",
    ]


def test_a_directive_named_twice_in_one_request_is_granted_in_both_places(database: Database) -> None:
    made = directive(database)

    assert [result["code"] for result in acknowledge(database, made.id, made.id)] == [None, None]
    assert database.value("select count(*) from ledger.directive_acknowledgements") == 1


def test_an_expired_directive_is_cancelled_on_the_spot_and_its_reservation_ends(database: Database) -> None:
    made, granted = directive(database), directive(database, "in time")
    late = after(minutes=5)

    assert code(database, granted.id, at=after(minutes=4, seconds=59)) is None
    assert code(database, made.id, at=late) == "directive_expired"
    assert (status(database, made), exposure(database, made)) == ("cancelled", None)
    assert code(database, made.id, at=late) == "directive_cancelled"
    # What was granted in time is still the same instance's: it may have been sent.
    assert code(database, granted.id, at=late) is None


def test_a_close_can_be_acknowledged_however_late(database: Database) -> None:
    close = directive(database, "close", closing(opened(database, "open").no))

    assert code(database, close.id, at=after(days=300)) is None


@pytest.mark.parametrize(
    ("scope", "value"),
    [("global", None), ("account", "demo-1"), ("symbol", "EURUSD"), ("strategy", "cross-h1")],
)
def test_under_a_halt_opens_are_refused_and_closes_granted(
    database: Database, scope: str, value: str | None
) -> None:
    position = opened(database, "open")
    close, made, held = (
        directive(database, "close", closing(position.no)),
        directive(database),
        directive(database, "held"),
    )
    acknowledge(database, held.id)
    halt(database, scope, value)

    assert code(database, made.id) == "trading_halted"
    assert status(database, made) == "pending"
    assert code(database, close.id) is None
    # It was granted before the halt and may be at the broker already: that is not taken back.
    assert code(database, held.id) is None


def test_a_disabled_account_s_opens_are_refused(database: Database) -> None:
    made = directive(database)
    database.call("operator", "change_account", p_account_id="demo-1", p_changes={"enabled": False})

    assert code(database, made.id) == "trading_halted"


DISABLING: dict[str, Callable[..., dict[str, Any]]] = {
    "save_strategy": lambda **changes: {"p_strategy": documents.strategy(**changes)},
    "subscribe": lambda **changes: {"p_subscription": documents.subscription(**changes)},
}


@pytest.mark.parametrize("door", DISABLING)
def test_opens_of_a_disabled_strategy_or_subscription_are_neither_offered_nor_granted_and_stops_are(
    database: Database, door: str
) -> None:
    position = opened(database, "open")
    stop, made, held = (
        directive(database, "stop", modifying(position.no)),
        directive(database),
        directive(database, "held"),
    )
    acknowledge(database, held.id)
    answers = []
    for enabled in (False, True):
        database.call("operator", door, **DISABLING[door](enabled=enabled))
        offers = {offer["directive_id"] for offer in poll(database)["directives"]}
        answers.append((made.id in offers, stop.id in offers, code(database, made.id)))

    assert answers == [(False, True, "trading_halted"), (True, True, None)]
    assert [code(database, one.id) for one in (stop, held)] == [None, None]


def test_a_subscription_of_another_account_that_ends_refuses_nothing(database: Database) -> None:
    made = directive(database)
    database.call("operator", "subscribe", p_subscription=documents.subscription("demo-2", enabled=False))

    assert code(database, made.id) is None


def test_an_instance_that_is_silent_long_enough_loses_its_directive(database: Database) -> None:
    made = directive(database)
    acknowledge(database, made.id)

    still, silent = after(seconds=TAKEOVER_SECONDS - 1), after(seconds=TAKEOVER_SECONDS)
    assert code(database, made.id, instance_id=SECOND_EA, at=still) == "directive_taken"
    (taken,) = acknowledge(database, made.id, instance_id=SECOND_EA, at=silent)

    assert (taken["outcome"], taken["takeover"]) == ("granted", True)
    rows = database.rows("select * from ledger.directive_acknowledgements order by acknowledgement_no")
    assert [(row["acknowledgement_no"], str(row["instance_id"]), row["takeover"]) for row in rows] == [
        (1, FIRST_EA, False),
        (2, SECOND_EA, True),
    ]
    assert database.events()[-1] == "acknowledgement.granted"


@pytest.mark.parametrize("seconds", [60, 119])
def test_an_instance_that_calls_in_between_keeps_its_directive(database: Database, seconds: int) -> None:
    made = directive(database)
    acknowledge(database, made.id)
    poll(database, at=after(seconds=seconds))

    assert (
        code(database, made.id, instance_id=SECOND_EA, at=after(seconds=TAKEOVER_SECONDS))
        == "directive_taken"
    )
    later = after(seconds=seconds + TAKEOVER_SECONDS)
    assert code(database, made.id, instance_id=SECOND_EA, at=later) is None


def test_a_takeover_is_told_again_when_it_is_asked_again(database: Database) -> None:
    made = directive(database)
    acknowledge(database, made.id)
    late = after(seconds=TAKEOVER_SECONDS)
    first = acknowledge(database, made.id, instance_id=SECOND_EA, at=late)

    assert acknowledge(database, made.id, instance_id=SECOND_EA, at=late) == first


def test_the_instance_that_lost_its_directive_gets_it_back_only_by_the_same_rule(database: Database) -> None:
    made = directive(database)
    acknowledge(database, made.id)
    taken = after(seconds=TAKEOVER_SECONDS)
    acknowledge(database, made.id, instance_id=SECOND_EA, at=taken)

    assert code(database, made.id, at=taken) == "directive_taken"
    assert code(database, made.id, instance_id=THIRD_EA, at=taken) == "directive_taken"
    assert code(database, made.id, at=after(seconds=2 * TAKEOVER_SECONDS)) is None


@pytest.mark.parametrize(
    "directive_ids", [["not an id"], [None], "x", None, {"a": 1}], ids=["text", "null", "x", "none", "object"]
)
def test_ids_that_are_no_ids_are_granted_nothing(database: Database, directive_ids: object) -> None:
    request = {"instance_id": FIRST_EA, "directive_ids": directive_ids}
    events = database.events()

    try:
        answer = database.call("officer", "acknowledge_directives", account_id="demo-1", p_request=request)
    except (psycopg.Error, Refused):
        answer = {"results": None}

    assert all(result["outcome"] == "refused" for result in answer["results"] or [])
    assert database.events() == events
