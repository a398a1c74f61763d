"""What each kind of event makes of each kind of directive, and what is odd about it."""

from typing import Any

import pytest

from tests.database.database import Database
from tests.database.story import (
    SECOND_EA,
    Directive,
    acknowledge,
    closing,
    directive,
    event,
    exposure,
    modifying,
    opened,
    opening,
    report,
    status,
)


def acknowledged(database: Database, name: str = "signal", *proposed: dict[str, Any]) -> Directive:
    made = directive(database, name, *proposed)
    acknowledge(database, made.id)
    return made


def stored(database: Database, event_id: str) -> dict[str, Any]:
    (row,) = database.rows("select * from ledger.execution_events where event_id = %s", event_id)
    return row


SETTLES: dict[tuple[str, str], dict[str, str | None]] = {
    ("open", "market"): {
        "order_filled": "completed",
        "order_placed": None,
        "order_rejected": "failed",
        "order_failed": "failed",
        "order_cancelled": "cancelled",
        "position_closed": "completed",
        "position_modified": None,
        "outcome_unknown": None,
    },
    ("open", "limit"): {
        "order_filled": "completed",
        "order_placed": "completed",
        "order_rejected": "failed",
        "order_failed": "failed",
        "order_cancelled": "cancelled",
        "position_closed": "completed",
        "position_modified": None,
        "outcome_unknown": None,
    },
    ("close", "market"): {
        "order_filled": None,
        "order_placed": None,
        "order_rejected": "failed",
        "order_failed": "failed",
        "order_cancelled": "cancelled",
        "position_closed": "completed",
        "position_modified": None,
        "outcome_unknown": None,
    },
    ("modify", "market"): {
        "order_filled": None,
        "order_placed": None,
        "order_rejected": "failed",
        "order_failed": "failed",
        "order_cancelled": "cancelled",
        "position_closed": None,
        "position_modified": "completed",
        "outcome_unknown": None,
    },
}


@pytest.mark.parametrize(("action", "order_type"), SETTLES)
def test_every_kind_of_event_settles_what_it_should_for_every_action(
    database: Database, action: str, order_type: str
) -> None:
    found = {}
    for number, kind in enumerate(SETTLES[action, order_type]):
        # A position is closed by one directive at a time: each kind gets its own, in a symbol of its own.
        symbol = f"SYMBOL{number}"
        target = opened(database, f"target of {kind}", symbol=symbol)
        proposals = {
            "open": opening(order_type=order_type, price="1.05" if order_type == "limit" else None),
            "close": closing(target.no),
            "modify": modifying(target.no),
        }
        made = directive(database, kind, proposals[action], symbol=symbol)
        acknowledge(database, made.id)
        (result,) = report(database, event(made.id, kind))
        assert (result["outcome"], result["anomalies"]) == ("recorded", [])
        assert result["directive_status"] == status(database, made)
        settled = result["directive_status"]
        found[kind] = None if settled == "acknowledged" else settled

    assert found == SETTLES[action, order_type]


def test_a_late_fill_of_a_directive_given_up_is_a_fact_and_its_risk_comes_back(database: Database) -> None:
    made = acknowledged(database)
    report(database, event(made.id, "order_failed", code="absent_at_broker"))
    assert (status(database, made), exposure(database, made)) == ("failed", None)

    (result,) = report(database, event(made.id))

    assert (result["outcome"], result["directive_status"], result["anomalies"]) == (
        "recorded",
        "failed",
        ["late"],
    )
    assert exposure(database, made) == ("1", "1", "0")
    assert database.events()[-1] == "execution.order_filled"


@pytest.mark.parametrize("kind", ["order_rejected", "order_failed", "outcome_unknown"])
def test_a_failure_reported_after_success_is_flagged_late(database: Database, kind: str) -> None:
    made = opened(database)

    (result,) = report(database, event(made.id, kind))

    assert (result["directive_status"], result["anomalies"]) == ("completed", ["late"])
    assert exposure(database, made) == ("1", "1", "0")


def test_an_officer_that_traded_without_asking_is_flagged_and_nobody_else_is_granted_it(
    database: Database,
) -> None:
    made = directive(database)

    (result,) = report(database, event(made.id))

    assert (result["directive_status"], result["anomalies"]) == ("completed", ["never_acknowledged"])
    assert exposure(database, made) == ("1", "1", "0")
    (refused,) = acknowledge(database, made.id, instance_id=SECOND_EA)
    assert refused["code"] == "directive_finished"
    assert database.events()[-4:] == [
        "directive.acknowledged",
        "acknowledgement.granted",
        "execution.order_filled",
        "directive.completed",
    ]


def test_an_unknown_outcome_never_acknowledged_holds_the_directive_for_its_reporter(
    database: Database,
) -> None:
    made = directive(database)

    (result,) = report(database, event(made.id, "outcome_unknown"))

    assert (result["directive_status"], result["anomalies"]) == ("acknowledged", ["never_acknowledged"])
    assert acknowledge(database, made.id, instance_id=SECOND_EA)[0]["code"] == "directive_taken"


def test_a_report_of_another_instance_is_flagged(database: Database) -> None:
    made = acknowledged(database)

    (result,) = report(database, event(made.id), instance_id=SECOND_EA)

    assert (result["directive_status"], result["anomalies"]) == ("completed", ["other_instance"])
    assert stored(database, result["event_id"])["anomalies"] == ["other_instance"]


def test_all_that_is_odd_about_a_report_is_flagged_at_once(database: Database) -> None:
    made = acknowledged(database)
    report(database, event(made.id, "order_rejected"))

    (result,) = report(database, event(made.id, volume_lots="1.01"), instance_id=SECOND_EA)

    assert result["anomalies"] == ["late", "other_instance", "volume_exceeds_directive"]
