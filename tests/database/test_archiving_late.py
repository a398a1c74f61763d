"""Who comes after a story has gone to the archive is answered, and what he reports is kept."""

import pytest

from functions.contract.scalars import timestamp_text
from tests.database.archiving import LATER, MONTH, archive
from tests.database.database import Database, Refused
from tests.database.story import (
    FIRST_EA,
    Directive,
    acknowledge,
    closing,
    decide,
    decline,
    directive,
    event,
    exposure,
    issue,
    opened,
    poll,
    publish,
    report,
    signal,
    uuid_of,
)
from tests.support import documents
from tests.support.clock import T0, after

# A month after T0, in another partition, and long before January may go.
FEBRUARY = after(days=35)


@pytest.fixture
def over(clone: Database) -> tuple[Database, Directive]:
    """A ledger whose January is archived, and the directive of January that failed."""
    made = directive(clone)
    acknowledge(clone, made.id)
    report(clone, event(made.id, "order_rejected"))
    archive(clone)
    return clone, made


def unmatched(database: Database) -> list[str]:
    rows = database.rows("select reason from ledger.unmatched_reports order by recorded_at, reason")
    return [row["reason"] for row in rows]


def test_a_late_report_is_kept_and_said_to_be_late(over: tuple[Database, Directive]) -> None:
    database, made = over

    (result,) = report(database, event(made.id), at=LATER)

    assert result == {
        "event_id": event(made.id)["event_id"],
        "outcome": "unmatched",
        "directive_status": "failed",
        "anomalies": ["late"],
    }
    assert unmatched(database) == ["story_archived"]
    kept = database.rows("select report, instance_id::text as instance_id from ledger.unmatched_reports")[0]
    assert (kept["report"]["directive_id"], kept["instance_id"]) == (made.id, FIRST_EA)


def test_a_late_report_is_journaled(over: tuple[Database, Directive]) -> None:
    database, made = over

    report(database, event(made.id), at=LATER)

    assert "report.unmatched" in database.events()


def test_a_late_report_sent_twice_is_kept_once(over: tuple[Database, Directive]) -> None:
    database, made = over

    first = report(database, event(made.id), at=LATER)
    again = report(database, event(made.id), at=LATER)

    assert again == first
    assert unmatched(database) == ["story_archived"]


def test_a_report_that_was_recorded_before_is_a_duplicate_with_its_first_answer(clone: Database) -> None:
    made = directive(clone)
    told = event(made.id, "order_rejected")
    # Reported without an acknowledgement, which is an anomaly.
    (first,) = report(clone, told)
    assert first["anomalies"] == ["never_acknowledged"]
    archive(clone)

    (again,) = report(clone, told, at=LATER)

    assert again == first | {"outcome": "duplicate"}
    assert unmatched(clone) == []


def test_other_content_under_a_known_id_is_a_conflict_and_kept(over: tuple[Database, Directive]) -> None:
    database, made = over

    (result,) = report(database, event(made.id, "order_rejected", message="no money"), at=LATER)

    assert (result["outcome"], result["anomalies"]) == ("conflict", ["event_conflict"])
    assert unmatched(database) == ["event_conflict"]


def test_a_batch_with_an_archived_and_a_living_story_is_taken_in_whole(
    over: tuple[Database, Directive],
) -> None:
    database, made = over
    moments = {"created_at": timestamp_text(FEBRUARY), "expires_at": "2026-03-01T00:00:00Z"}
    living = directive(database, "living", at=FEBRUARY, **moments)
    acknowledge(database, living.id, at=FEBRUARY)

    results = report(
        database, event(made.id), event(living.id), event(uuid_of("nobody's directive")), at=LATER
    )

    assert [result["outcome"] for result in results] == ["unmatched", "recorded", "unmatched"]
    assert sorted(unmatched(database)) == ["story_archived", "unknown_directive"]


def test_another_account_learns_nothing_of_an_archived_story(over: tuple[Database, Directive]) -> None:
    database, made = over

    (result,) = report(database, event(made.id), account_id="demo-2", at=LATER)

    assert (result["directive_status"], result["anomalies"]) == (None, ["unknown_directive"])
    answer = poll(database, account_id="demo-2", unresolved=[made.id], at=LATER)
    assert answer["settled"] == [{"directive_id": made.id, "status": None}]


def test_a_poll_tells_what_became_of_an_archived_directive(over: tuple[Database, Directive]) -> None:
    database, made = over

    answer = poll(database, unresolved=[made.id], at=LATER)

    assert answer["settled"] == [{"directive_id": made.id, "status": "failed"}]


def test_an_archived_directive_is_not_granted(over: tuple[Database, Directive]) -> None:
    database, made = over

    (result,) = acknowledge(database, made.id, at=LATER)

    assert (result["outcome"], result["code"]) == ("refused", "directive_unknown")


def test_a_sync_names_the_archived_directive_behind_a_magic_number(
    over: tuple[Database, Directive],
) -> None:
    database, made = over
    position = {
        "position_id": "7001",
        "directive_no": made.no,
        "symbol": "EURUSD",
        "side": "buy",
        "volume_lots": "1",
        "open_price": "1.1",
        "stop_loss": None,
        "take_profit": None,
        "profit": "0",
        "swap": "0",
        "opened_at": timestamp_text(T0),
    }
    request = documents.sync_request(FIRST_EA, positions=[position])

    answer = database.call("officer", "sync_account", account_id="demo-1", at=LATER, p_request=request)

    assert [found["kind"] for found in answer["discrepancies"]] == ["position_unknown"]
    assert answer["directives"] == [{"directive_no": made.no, "directive_id": made.id, "status": "failed"}]


def test_a_signal_of_an_archived_month_is_refused(over: tuple[Database, Directive]) -> None:
    database, _ = over

    with pytest.raises(Refused) as refused:
        publish(database, signal("too late"), at=T0)

    assert (refused.value.status, refused.value.code) == (409, "month_archived")


def test_a_decision_on_an_archived_signal_finds_none(over: tuple[Database, Directive]) -> None:
    database, _ = over

    with pytest.raises(Refused) as refused:
        decide(database, "signal", decline())

    assert (refused.value.status, refused.value.code) == (404, "signal_unknown")


def test_an_archived_position_can_be_no_target(clone: Database) -> None:
    made = opened(clone)
    close = directive(clone, "close", closing(made.no))
    acknowledge(clone, close.id)
    report(clone, event(close.id, "position_closed"))
    archive(clone)
    moments = {"created_at": timestamp_text(FEBRUARY), "expires_at": "2026-03-01T00:00:00Z"}
    publish(clone, signal("again", action="close", **moments), at=FEBRUARY)

    with pytest.raises(Refused) as refused:
        decide(clone, "again", issue("demo-1", closing(made.no)), decline("demo-2"), at=FEBRUARY)

    assert (refused.value.status, refused.value.code) == (422, "decision_invalid")


def test_a_correction_of_a_close_whose_position_is_archived_is_recorded(clone: Database) -> None:
    made, close = _held_over_the_month(clone)
    archive(clone, at=after(days=160))

    (result,) = report(clone, event(close.id, "position_closed", name="again", deal_ticket="5"), at=LATER)

    assert (result["outcome"], result["directive_status"]) == ("recorded", "completed")
    assert exposure(clone, made) is None


def test_a_late_fact_about_a_position_whose_close_is_archived_does_not_open_it_again(
    clone: Database,
) -> None:
    made, _ = _held_over_the_month(clone)
    # The other way round than an archivist would: the month of the close goes first.
    archive(clone, MONTH.replace(month=2), after(days=160))

    (result,) = report(clone, event(made.id, "position_modified"), at=LATER)

    assert result["outcome"] == "recorded"
    assert exposure(clone, made) is None


def _held_over_the_month(database: Database) -> tuple[Directive, Directive]:
    """A position opened in January and closed in February."""
    made = opened(database)
    moments = {"created_at": timestamp_text(FEBRUARY), "expires_at": "2026-03-01T00:00:00Z"}
    close = directive(database, "close", closing(made.no), at=FEBRUARY, **moments)
    acknowledge(database, close.id, at=FEBRUARY)
    report(database, event(close.id, "position_closed"), at=FEBRUARY)
    return made, close
