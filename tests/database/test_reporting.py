"""Reports: commands may be refused, facts may not; each fact is stored once and flagged where it is odd."""

from typing import Any

import psycopg
import pytest

from functions.contract.report import ReportAnswer
from functions.contract.scalars import timestamp_text
from tests.database.database import Database, Refused
from tests.database.story import (
    FIRST_EA,
    SECOND_EA,
    Directive,
    acknowledge,
    directive,
    event,
    exposure,
    report,
    status,
    uuid_of,
)
from tests.support.clock import T0, after

FILL: dict[str, Any] = {
    "order_ticket": "18446744073709551615",
    "deal_ticket": "42",
    "position_id": "18446744073709551614",
    "price": "1.10005",
    "commission": "-3.5",
    "swap": "0",
    "profit": "-0.0000000001",
    "retcode": 10009,
    "message": "Request completed, ünïcode\n",
}


def acknowledged(database: Database, name: str = "signal", *proposed: dict[str, Any]) -> Directive:
    made = directive(database, name, *proposed)
    acknowledge(database, made.id)
    return made


def stored(database: Database, event_id: str) -> dict[str, Any]:
    (row,) = database.rows("select * from ledger.execution_events where event_id = %s", event_id)
    return row


def test_a_fill_is_recorded_whole_and_completes_the_directive(database: Database) -> None:
    made = acknowledged(database)
    fill = event(made.id, **FILL)
    request = {"instance_id": FIRST_EA, "events": [fill]}

    answer = database.call("officer", "report_executions", account_id="demo-1", p_request=request)

    ReportAnswer.model_validate(answer)
    assert answer == {
        "server_time": timestamp_text(T0),
        "results": [
            {
                "event_id": fill["event_id"],
                "outcome": "recorded",
                "directive_status": "completed",
                "anomalies": [],
            }
        ],
    }
    row = stored(database, fill["event_id"])
    # A tiny decimal is printed with an exponent by Python: compare numbers as the ledger writes them.
    text = "select ledger.exact(profit) from ledger.execution_events"
    assert database.value(text) == fill["profit"]
    assert {name: str(row[name]) for name in FILL if name != "profit"} == {
        name: str(value) for name, value in FILL.items() if name != "profit"
    }
    assert (row["signal_id"], row["symbol"], row["created_at"]) == _story_of(database, made)
    assert database.events()[-2:] == ["execution.order_filled", "directive.completed"]


def _story_of(database: Database, made: Directive) -> tuple[Any, Any, Any]:
    (row,) = database.rows("select * from ledger.trade_directives where directive_no = %s", made.no)
    return row["signal_id"], row["symbol"], row["created_at"]


def test_a_report_sent_twice_is_a_duplicate_however_its_numbers_are_written(database: Database) -> None:
    made = acknowledged(database)
    fill = event(made.id, **FILL)
    report(database, fill)
    contents = database.contents()

    same = fill | {"commission": "-3.50", "occurred_at": "2026-01-05T13:00:00.000+01:00"}
    (again,) = report(database, same, at=after(seconds=3))
    assert (again["outcome"], again["directive_status"]) == ("duplicate", "completed")
    (other,) = report(database, fill, instance_id=SECOND_EA, at=after(seconds=3))
    assert other["outcome"] == "duplicate"
    written = {name for name, digest in database.contents().items() if digest != contents[name]}
    assert written <= {"officer_instances"}


def test_a_duplicate_is_answered_with_what_was_odd_the_first_time(database: Database) -> None:
    made = directive(database)

    (first,) = report(database, event(made.id))
    (again,) = report(database, event(made.id), at=after(seconds=3))

    assert first["anomalies"] == ["never_acknowledged"]
    assert again == first | {"outcome": "duplicate"}


@pytest.mark.parametrize(
    "changes",
    [
        {"price": "1.2"},
        {"volume_lots": "0.5"},
        {"kind": "order_rejected", "status": "rejected"},
        {"message": None},
        {"occurred_at": "2026-01-05T12:00:01Z"},
        {"directive_id": uuid_of("another directive")},
        {"deal_ticket": "43"},
        {"references_event_id": uuid_of("another event")},
    ],
)
def test_other_content_under_the_same_id_is_kept_aside_once_and_changes_nothing(
    database: Database, changes: dict[str, Any]
) -> None:
    made = acknowledged(database)
    fill = event(made.id, **FILL)
    report(database, fill)
    risk = exposure(database, made)

    for _ in range(2):
        (result,) = report(database, fill | changes)
        assert (result["outcome"], result["anomalies"]) == ("conflict", ["event_conflict"])

    (kept,) = database.rows("select * from ledger.unmatched_reports")
    assert (kept["reason"], kept["report"]) == ("event_conflict", fill | changes)
    assert exposure(database, made) == risk
    assert status(database, made) == "completed"
    assert database.value("select count(*) from ledger.execution_events") == 1
    assert database.events().count("report.unmatched") == 1


@pytest.mark.parametrize("whose", ["nobody", "another account"])
def test_a_report_for_a_directive_not_ours_is_kept_aside_once(database: Database, whose: str) -> None:
    foreign = directive(database, "foreign", account_id="demo-2")
    fill = event(foreign.id if whose == "another account" else uuid_of("nobody"))

    for _ in range(2):
        (result,) = report(database, fill)
        assert result == {
            "event_id": fill["event_id"],
            "outcome": "unmatched",
            "directive_status": None,
            "anomalies": ["unknown_directive"],
        }

    (kept,) = database.rows("select * from ledger.unmatched_reports")
    assert (kept["account_id"], kept["reason"], kept["report"]) == ("demo-1", "unknown_directive", fill)
    assert status(database, foreign) == "pending"
    assert database.events()[-1] == "report.unmatched"


def test_two_accounts_may_use_the_same_event_id(database: Database) -> None:
    one, two = directive(database, "one"), directive(database, "two", account_id="demo-2")
    acknowledge(database, one.id)
    acknowledge(database, two.id, account_id="demo-2")

    outcomes = [
        report(database, event(made.id, event_id=uuid_of("same")), account_id=account_id)[0]["outcome"]
        for made, account_id in ((one, "demo-1"), (two, "demo-2"))
    ]

    assert outcomes == ["recorded", "recorded"]


def test_events_of_one_request_are_taken_in_their_order(database: Database) -> None:
    made = acknowledged(database)
    unknown = event(uuid_of("nobody"))
    first = event(made.id, "outcome_unknown")

    results = report(database, first, event(made.id), unknown, event(made.id, price="2"), first)

    assert [(r["outcome"], r["directive_status"]) for r in results] == [
        ("recorded", "acknowledged"),
        ("recorded", "completed"),
        ("unmatched", None),
        ("conflict", "completed"),
        ("duplicate", "completed"),
    ]


def test_a_correction_is_a_new_event_that_names_the_old_one(database: Database) -> None:
    made = acknowledged(database)
    fill = event(made.id, commission="0")
    correction = event(made.id, "position_modified", references_event_id=fill["event_id"])

    report(database, fill, correction)

    assert str(stored(database, correction["event_id"])["references_event_id"]) == fill["event_id"]


@pytest.mark.parametrize(
    "changes",
    [
        {"event_id": None},
        {"directive_id": None},
        {"kind": "order_eaten"},
        {"status": "perhaps"},
        {"price": None},
        {"volume_lots": None},
        {"volume_lots": "-1"},
        {"occurred_at": None},
        {"reason": "boredom"},
        {"order_ticket": "1" * 21},
    ],
)
def test_a_report_that_no_officer_would_send_is_not_stored(
    database: Database, changes: dict[str, Any]
) -> None:
    name = str(changes)
    made = directive(database, name)
    contents = database.contents()

    with pytest.raises((psycopg.Error, Refused)):
        report(database, event(made.id) | changes)

    assert database.contents() == contents
