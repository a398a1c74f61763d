"""What a person decides about one directive or report: what follows, what comes late, and what is refused."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests.database.database import Database, Refused
from tests.database.story import (
    Directive,
    acknowledge,
    closing,
    directive,
    event,
    exposure,
    opened,
    poll,
    report,
    status,
    uuid_of,
)
from tests.support.clock import T0, after

WHY = "the broker says so"


def cancel(
    database: Database, made: Directive, *, reason: str | None = WHY, at: datetime = T0
) -> dict[str, Any]:
    """Withdraw a directive."""
    answer: dict[str, Any] = database.call(
        "operator", "cancel_directive", p_directive_id=made.id, p_reason=reason, at=at
    )
    return answer


def resolve(
    database: Database, made: Directive, outcome: str | None, *, reason: str | None = WHY, at: datetime = T0
) -> dict[str, Any]:
    """Settle a directive that an officer took."""
    answer: dict[str, Any] = database.call(
        "operator", "resolve_directive", p_directive_id=made.id, p_status=outcome, p_reason=reason, at=at
    )
    return answer


def taken(database: Database, name: str = "signal", *proposed: dict[str, Any]) -> Directive:
    """A directive that an officer took and never reported on."""
    made = directive(database, name, *proposed)
    acknowledge(database, made.id)
    return made


def test_a_withdrawn_directive_is_no_longer_offered_or_granted_and_its_reservation_is_gone(
    database: Database,
) -> None:
    made = directive(database)

    answer = cancel(database, made)

    assert (answer["from_status"], answer["status"]) == ("pending", "cancelled")
    assert (answer["reason"], answer["decided_by"]) == (WHY, "key-of-operator")
    assert answer["recorded_at"] == "2026-01-05T12:00:00Z"
    assert poll(database)["directives"] == []
    (refused,) = acknowledge(database, made.id)
    assert refused["code"] == "directive_cancelled"
    assert exposure(database, made) is None


def test_a_fill_of_a_withdrawn_directive_is_stored_flagged_late_and_counts(database: Database) -> None:
    made = directive(database)
    answer = cancel(database, made)

    (result,) = report(database, event(made.id))

    assert "flagged late" in answer["afterwards"]
    assert (result["outcome"], result["anomalies"]) == ("recorded", ["late"])
    assert (status(database, made), exposure(database, made)) == ("cancelled", ("1", "1", "0"))


@pytest.mark.parametrize("outcome", ["failed", "cancelled"])
def test_a_directive_that_was_not_traded_after_all_releases_its_reservation(
    database: Database, outcome: str
) -> None:
    made = taken(database)
    assert exposure(database, made) == ("1", "0", "0")

    answer = resolve(database, made, outcome)

    assert (answer["from_status"], answer["status"]) == ("acknowledged", outcome)
    assert (status(database, made), exposure(database, made)) == (outcome, None)


def test_a_fill_that_arrives_after_it_was_resolved_as_failed_comes_back_flagged_late(
    database: Database,
) -> None:
    made = taken(database)
    answer = resolve(database, made, "failed")

    (result,) = report(database, event(made.id), at=after(minutes=5))

    assert "flagged late, and its exposure comes back" in answer["afterwards"]
    assert (result["outcome"], result["anomalies"]) == ("recorded", ["late"])
    assert (status(database, made), exposure(database, made)) == ("failed", ("1", "1", "0"))


def test_an_open_resolved_as_completed_stays_reserved_until_its_fill_arrives_as_usual(
    database: Database,
) -> None:
    made = taken(database)
    answer = resolve(database, made, "completed")
    assert exposure(database, made) == ("1", "0", "0")

    (result,) = report(database, event(made.id))

    assert "reserved until its fill is reported" in answer["afterwards"]
    assert (result["outcome"], result["anomalies"]) == ("recorded", [])
    assert exposure(database, made) == ("1", "1", "0")


def test_an_open_resolved_as_completed_is_released_by_a_rejection_that_arrives_late(
    database: Database,
) -> None:
    made = taken(database)
    resolve(database, made, "completed")

    (result,) = report(database, event(made.id, "order_rejected"))

    assert result["anomalies"] == ["late"]
    assert exposure(database, made) is None


@pytest.mark.parametrize("outcome", ["completed", "failed", "cancelled"])
def test_resolving_a_close_never_touches_the_position_it_was_about(database: Database, outcome: str) -> None:
    position = opened(database, "position")
    close = taken(database, "close", closing(position.no))

    resolve(database, close, outcome)

    assert status(database, close) == outcome
    assert exposure(database, position) == ("1", "1", "0")
    report(database, event(close.id, "position_closed"))
    assert exposure(database, position) is None


def test_a_filled_reservation_is_not_released_by_anybody(database: Database) -> None:
    made = opened(database)

    with pytest.raises(Refused, match="directive_finished"):
        resolve(database, made, "failed")

    assert exposure(database, made) == ("1", "1", "0")


def test_an_officer_that_comes_back_learns_what_was_decided_and_is_granted_nothing(
    database: Database,
) -> None:
    made = taken(database)
    resolve(database, made, "failed")

    answer = poll(database, unresolved=[made.id], at=after(hours=1))
    (refused,) = acknowledge(database, made.id, at=after(hours=1))

    assert answer["settled"] == [{"directive_id": made.id, "status": "failed"}]
    assert answer["unresolved"] == []
    assert refused["code"] == "directive_finished"


def test_what_an_operator_decides_twice_is_answered_the_same_and_written_once(database: Database) -> None:
    withdrawn, settled = directive(database, "withdrawn"), taken(database, "settled")
    first = cancel(database, withdrawn), resolve(database, settled, "completed")
    events, contents = database.events(), database.contents()

    later = after(hours=1)
    second = cancel(database, withdrawn, at=later), resolve(database, settled, "completed", at=later)

    assert second == first
    assert (database.events(), database.contents()) == (events, contents)


def test_a_second_decision_that_differs_finds_the_directive_settled(database: Database) -> None:
    withdrawn, settled = directive(database, "withdrawn"), taken(database, "settled")
    cancel(database, withdrawn)
    resolve(database, settled, "failed")
    contents = database.contents()

    again: list[tuple[Callable[[], Any], str]] = [
        (lambda: cancel(database, withdrawn, reason="another"), "directive_cancelled"),
        (lambda: resolve(database, withdrawn, "failed"), "directive_cancelled"),
        (lambda: resolve(database, settled, "completed"), "directive_finished"),
        (lambda: resolve(database, settled, "failed", reason="another"), "directive_finished"),
        (lambda: cancel(database, settled), "directive_finished"),
    ]
    for decide, code in again:
        with pytest.raises(Refused, match=code) as refused:
            decide()
        assert refused.value.status == 409

    assert database.contents() == contents


def test_what_an_officer_may_have_traded_is_not_withdrawn_and_what_none_took_has_no_outcome(
    database: Database,
) -> None:
    held, waiting = taken(database, "held"), directive(database, "waiting")

    with pytest.raises(Refused, match="directive_taken") as refused:
        cancel(database, held)
    assert "resolve" in refused.value.hint
    with pytest.raises(Refused, match="directive_not_acknowledged") as refused:
        resolve(database, waiting, "failed")
    assert "Cancel" in refused.value.hint

    assert (status(database, held), status(database, waiting)) == ("acknowledged", "pending")


@pytest.mark.parametrize("reason", [None, "", "  \n", "x" * 501])
def test_nothing_is_decided_without_a_reason(database: Database, reason: str | None) -> None:
    withdrawn, settled = directive(database, "withdrawn"), taken(database, "settled")

    unreasoned: list[Callable[[], Any]] = [
        lambda: cancel(database, withdrawn, reason=reason),
        lambda: resolve(database, settled, "failed", reason=reason),
    ]
    for decide in unreasoned:
        with pytest.raises(Refused, match="operator_action_invalid") as refused:
            decide()
        assert refused.value.status == 422

    assert (status(database, withdrawn), status(database, settled)) == ("pending", "acknowledged")


@pytest.mark.parametrize("outcome", [None, "", "pending", "acknowledged", "lost"])
def test_a_directive_is_resolved_to_a_final_status_only(database: Database, outcome: str | None) -> None:
    made = taken(database)

    with pytest.raises(Refused, match="operator_action_invalid"):
        resolve(database, made, outcome)

    assert status(database, made) == "acknowledged"


def test_a_directive_that_there_is_not_is_told_as_unknown(database: Database) -> None:
    nobodys = Directive(0, uuid_of("nobody's"))

    decisions: list[Callable[[], Any]] = [
        lambda: cancel(database, nobodys),
        lambda: resolve(database, nobodys, "failed"),
    ]
    for decide in decisions:
        with pytest.raises(Refused, match="directive_unknown"):
            decide()


def test_the_journal_says_who_decided_and_why_before_it_says_what_followed(database: Database) -> None:
    made = taken(database)

    resolve(database, made, "failed")

    decided, moved = database.rows(
        "select entity, event, actor, subject, request_id, payload from ledger.journal"
        " order by journal_id desc limit 2"
    )[::-1]
    assert (decided["entity"], decided["event"]) == ("operator_action", "operator.directive_resolved")
    assert (moved["entity"], moved["event"]) == ("directive", "directive.failed")
    assert {(row["actor"], row["subject"], row["request_id"]) for row in (decided, moved)} == {
        ("operator", "key-of-operator", "request-of-a-test")
    }
    payload = decided["payload"]
    assert (payload["directive_no"], payload["reason"], payload["decided_by"]) == (
        made.no,
        WHY,
        "key-of-operator",
    )


def dismiss(
    database: Database, kind: str, subject: str, *, reason: str = WHY, at: datetime = T0
) -> dict[str, Any]:
    """Set a finding aside."""
    answer: dict[str, Any] = database.call(
        "operator", "dismiss_finding", p_kind=kind, p_subject=subject, p_reason=reason, at=at
    )
    return answer


def test_a_finding_is_set_aside_once_and_told_again_the_same(database: Database) -> None:
    made = directive(database)
    cancel(database, made)
    fact = event(made.id)
    report(database, fact)
    subject = f"demo-1/{fact['event_id']}"

    first = dismiss(database, "report_anomalous", subject)
    contents = database.contents()
    second = dismiss(database, "report_anomalous", subject, at=after(hours=1))

    assert first == second
    assert database.contents() == contents
    with pytest.raises(Refused, match="operator_action_conflict"):
        dismiss(database, "report_anomalous", subject, reason="another")
    unexplained = event(made.id, name="second")
    report(database, unexplained)
    with pytest.raises(Refused, match="operator_action_invalid"):
        dismiss(database, "report_anomalous", f"demo-1/{unexplained['event_id']}", reason=" ")


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ("report_anomalous", "demo-1/" + uuid_of("nobody's")),
        ("report_anomalous", "demo-1"),
        ("report_anomalous", ""),
        ("report_unmatched", "demo-1/" + uuid_of("nobody's") + "/0123456789ab"),
        ("report_unmatched", "demo-1/not-a-uuid/0123456789ab"),
        ("officer_not_seen", "demo-1"),
        (None, None),
    ],
)
def test_only_reports_that_exist_are_set_aside(
    database: Database, kind: str | None, subject: str | None
) -> None:
    with pytest.raises(Refused, match="finding_unknown") as refused:
        database.call("operator", "dismiss_finding", p_kind=kind, p_subject=subject, p_reason=WHY)

    assert refused.value.status == 404
