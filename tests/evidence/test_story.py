"""`scripts/distort story`: one story as the journal tells it, with causes, latencies and numbers."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from functions.contract.scalars import timestamp_text
from scripts.tools.cli import app
from scripts.tools.evidence.story.timeline import elapsed
from scripts.tools.stack.errors import StackError
from tests.database.database import Database
from tests.database.story import (
    SECOND_EA,
    acknowledge,
    closing,
    decide,
    decline,
    event,
    issue,
    issued,
    opening,
    publish,
    report,
    signal,
    uuid_of,
)
from tests.evidence.conftest import Evidence
from tests.support.clock import T0, after

NUMBERS = {"risk_amount": "100.00", "currency": "EUR", "volume_lots": "1.50", "open_positions_account": 0}


def run(evidence: Evidence, signal_id: str, *options: str) -> Result:
    """What the command prints; a StackError is raised as it is."""
    arguments = ["story", signal_id, "--database", evidence.url, *options]
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def told(evidence: Evidence, name: str) -> dict[str, Any]:
    """The story of the signal of that name, for programs."""
    result = run(evidence, uuid_of(name), "--json")
    assert result.exit_code == 0
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def events_and_causes(document: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Each entry's event with that of the entry it came from."""
    events = {entry["journal_id"]: entry["event"] for entry in document["entries"]}
    return [(entry["event"], events.get(entry["caused_by"])) for entry in document["entries"]]


@pytest.fixture
def told_twice(evidence: Evidence) -> Evidence:
    """A position that another story closes, each step a second or so after the one before."""
    database = evidence.database
    lasting = {"expires_at": "2026-01-05T14:00:00Z"}
    publish(database, signal("opens", **lasting), at=after(seconds=1))
    decided = issue("demo-1", opening(volume_lots="1.50", **lasting)) | {"numbers": NUMBERS}
    decide(database, "opens", decided, decline("demo-2"), at=after(seconds=3))
    _fill(database)
    since = {"created_at": timestamp_text(after(minutes=30))}
    publish(database, signal("closes", action="close", **lasting, **since), at=after(minutes=30))
    (opened,) = issued(database, "opens")
    others = [row["directive_no"] for row in database.rows(_OTHERS, opened.no)]
    closings = [closing(number) for number in (opened.no, *others)]
    decide(database, "closes", issue("demo-1", *closings), decline("demo-2"), at=after(minutes=31))
    made = issued(database, "closes")[0]
    acknowledge(database, made.id, at=after(minutes=31, seconds=1))
    report(
        database, event(made.id, "position_closed", volume_lots="1.50", profit="12.30"), at=after(minutes=32)
    )
    return evidence


# A close must leave no position of its strategy out, and those of the history are open too. An open that
# no officer has taken is withdrawn by the close, and must not be named.
_OTHERS = """
    select directive_no from ledger.exposures e
    where account_id = 'demo-1' and symbol = 'EURUSD' and side = 'buy' and directive_no <> %s
        and exists (select from ledger.directive_acknowledgements a where a.directive_no = e.directive_no)
        and not ledger.is_closing(directive_no) order by 1
"""


def _fill(database: Database) -> None:
    (made,) = issued(database, "opens")
    acknowledge(database, made.id, at=after(seconds=4))
    acknowledge(database, made.id, instance_id=SECOND_EA, at=after(minutes=10))
    filled = event(made.id, volume_lots="1.50", occurred_at="2026-01-05T12:00:05.250Z")
    report(database, filled, instance_id=SECOND_EA, at=after(minutes=10, seconds=2))


def test_each_entry_is_traced_to_the_one_that_led_to_it(told_twice: Evidence) -> None:
    assert events_and_causes(told(told_twice, "opens")) == [
        ("signal.published", None),
        ("decision.issued", "signal.published"),
        ("directive.issued", "decision.issued"),
        ("decision.declined", "signal.published"),
        ("signal.processed", "decision.declined"),
        ("directive.acknowledged", "directive.issued"),
        ("acknowledgement.granted", "directive.acknowledged"),
        ("acknowledgement.granted", "acknowledgement.granted"),
        ("execution.order_filled", "acknowledgement.granted"),
        ("directive.completed", "execution.order_filled"),
        # The other story's directive, from its issue to its end.
        ("directive.issued", "execution.order_filled"),
        ("directive.acknowledged", "directive.issued"),
        ("acknowledgement.granted", "directive.acknowledged"),
        ("execution.position_closed", "acknowledgement.granted"),
        ("directive.completed", "execution.position_closed"),
    ]


def test_a_fill_comes_from_the_acknowledgement_of_the_terminal_that_reported_it(told_twice: Evidence) -> None:
    entries = told(told_twice, "opens")["entries"]
    (filled,) = [entry for entry in entries if entry["event"] == "execution.order_filled"]
    (cause,) = [entry for entry in entries if entry["journal_id"] == filled["caused_by"]]

    assert SECOND_EA[:8] in cause["details"]
    assert "taken over" in cause["details"]


def test_stories_that_hang_together_name_each_other(told_twice: Evidence) -> None:
    opens, closes = told(told_twice, "opens"), told(told_twice, "closes")
    opened = issued(told_twice.database, "opens")[0].no
    closed = issued(told_twice.database, "closes")[0].no
    link = {"directive_no": closed, "action": "close", "target_directive_no": opened}

    assert opens["targeted_by"] == [link | {"signal_id": uuid_of("closes")}]
    assert opens["targets"] == closes["targeted_by"] == []
    assert link | {"signal_id": uuid_of("opens")} in closes["targets"]


def test_every_entry_says_who_when_and_in_which_request(told_twice: Evidence) -> None:
    document = told(told_twice, "opens")

    assert (document["signal_id"], document["symbol"], document["strategy_id"]) == (
        uuid_of("opens"),
        "EURUSD",
        "cross-h1",
    )
    assert document["created_at"] == "2026-01-05T12:00:00Z"
    entry = document["entries"][8]
    assert (entry["actor"], entry["subject"], entry["request_id"]) == (
        "officer",
        "key-of-officer",
        "request-of-a-test",
    )
    assert (entry["recorded_at"], entry["elapsed_seconds"]) == ("2026-01-05T12:10:02Z", 601.0)
    assert {entry["signal_id"] for entry in document["entries"]} == {uuid_of("opens"), uuid_of("closes")}


def test_numbers_keep_the_digits_they_were_written_with(told_twice: Evidence) -> None:
    document = told(told_twice, "opens")

    assert document["decisions"][0] == {
        "account_id": "demo-1",
        "outcome": "issued",
        "reason": "issued",
        "rechecked": False,
        "decided_at": "2026-01-05T12:00:03Z",
        "numbers": NUMBERS,
    }
    assert "open buy 1.50 lots" in document["entries"][2]["details"]


def test_latencies_are_those_of_the_first_time(told_twice: Evidence) -> None:
    found = {
        (each["step"], each["about"]): each["seconds"] for each in told(told_twice, "opens")["latencies"]
    }
    about = f"no. {issued(told_twice.database, 'opens')[0].no}"

    assert found == {
        ("signal to decision", "demo-1"): 2.0,
        ("signal to decision", "demo-2"): 2.0,
        ("decision to acknowledgement", about): 1.0,
        ("acknowledgement to report", about): 598.0,
        ("occurrence to record", about): 596.75,
    }


def test_what_operators_and_syncs_noted_about_a_directive_is_part_of_its_story(evidence: Evidence) -> None:
    settled = events_and_causes(told(evidence, "settled of demo-1"))
    missing = events_and_causes(told(evidence, "position of demo-1"))

    assert ("operator.directive_resolved", "acknowledgement.granted") in settled
    assert ("directive.failed", "operator.directive_resolved") in settled
    assert "discrepancy.position_missing" in dict(missing)


def test_the_story_of_an_archived_month_is_still_told(evidence: Evidence) -> None:
    assert events_and_causes(told(evidence, "of November"))[-1] == ("signal.archived", "signal.processed")


def test_the_beginning_of_an_id_is_enough_if_it_is_one_s_alone(told_twice: Evidence) -> None:
    whole = uuid_of("opens")

    assert json.loads(run(told_twice, whole[:13].upper(), "--json").stdout)["signal_id"] == whole


@pytest.mark.parametrize(
    ("signal_id", "expected"),
    [
        ("ffffffff-ffff-ffff-ffff-ffffffffffff", "the journal has no signal"),
        ("%", "is no signal id"),
        ("", "is no signal id"),
        ("signal", "is no signal id"),
    ],
)
def test_an_id_that_names_no_story_is_refused(evidence: Evidence, signal_id: str, expected: str) -> None:
    with pytest.raises(StackError, match=expected):
        run(evidence, signal_id)


def test_a_beginning_that_several_share_is_refused_with_their_names(evidence: Evidence) -> None:
    shared = "abcdef00"
    ids = [f"{shared}-0000-4000-8000-00000000000{number}" for number in range(7)]
    publish(evidence.database, *(signal(signal_id=each) for each in ids))

    with pytest.raises(StackError, match="give more of the id") as refused:
        run(evidence, shared)

    assert [each in str(refused.value) for each in ids] == [True] * 5 + [False] * 2
    assert "and more" in str(refused.value)


def test_people_see_timeline_numbers_latencies_and_links(told_twice: Evidence) -> None:
    printed = run(told_twice, uuid_of("opens")).stdout

    assert "\x1b" not in printed
    for part in ("risks 100.00 EUR: 1.50 lots", "+10:01 min", "signal to decision", "open_positions_account"):
        assert part in printed
    assert f"of story {uuid_of('closes')}" in printed


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.25, "+0.250 s"),
        (-3, "-3.000 s"),
        (187, "+3:07 min"),
        (26 * 3600 + 10 * 60, "+26:10:00 h"),
        (3 * 86400 + 4 * 3600 + 5 * 60, "+3 d 04:05 h"),
    ],
)
def test_durations_are_written_as_people_read_them(seconds: float, expected: str) -> None:
    assert elapsed(after(seconds=seconds) - T0) == expected
