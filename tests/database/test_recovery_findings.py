"""The doctor: every kind of finding comes from a real situation and goes away with its remedy."""

import re
from datetime import datetime
from typing import Any

import pytest

from tests.database.database import Database
from tests.database.situations import SITUATIONS, Finding, sync
from tests.database.story import (
    SECOND_EA,
    acknowledge,
    closing,
    directive,
    event,
    issue,
    opened,
    poll,
    publish,
    report,
    signal,
    uuid_of,
)
from tests.database.story import decide as decided
from tests.support import documents
from tests.support.clock import T0, after

SEVERITIES = ["critical", "warning", "info"]
# Quoted in a finder and no kind of finding.
NO_KINDS = {
    "directive_id",
    "order_failed",
    "order_rejected",
    "other_instance",
    "signals_archived",
    "volume_lots",
}


def examined(database: Database, at: datetime | None = T0, role: str = "operator") -> dict[str, Any]:
    """What the doctor answers."""
    answer: dict[str, Any] = database.call(role, "doctor", at=at)
    return answer


def findings(database: Database, kind: str, at: datetime | None = T0) -> list[Finding]:
    """The findings of a kind."""
    return [finding for finding in examined(database, at)["findings"] if finding["kind"] == kind]


@pytest.mark.parametrize("kind", SITUATIONS)
def test_a_finding_comes_from_its_situation_and_goes_with_its_remedy(clone: Database, kind: str) -> None:
    situation = SITUATIONS[kind]
    if kind != "simulated_time":
        assert findings(clone, kind) == []

    at = situation.arrange(clone)
    found = findings(clone, kind, at)

    assert [(f["kind"], f["severity"]) for f in found][:1] == [(kind, situation.severity)]
    assert found[0]["subject"].startswith(situation.subject)
    assert found[0]["since"] <= examined(clone, at)["at"] or kind in {
        "partitions_missing",
        "api_key_expiring",
    }
    assert found[0]["explanation"].endswith(".")

    later = situation.remedy(clone, found[0])
    told = later if clone.value("select simulated_time from ledger.settings") else None
    assert [f for f in findings(clone, kind, told) if f["subject"] == found[0]["subject"]] == []


def test_every_kind_that_a_finder_can_tell_has_its_situation(migrated: Database) -> None:
    sources = migrated.rows(
        "select prosrc from pg_proc where pronamespace = 'ledger'::regnamespace and proname like 'find\\_%'"
        " and prorettype = 'ledger.finding'::regtype"
    )
    quoted = {name for row in sources for name in re.findall(r"'([a-z]+(?:_[a-z]+)+)'", row["prosrc"])}
    discrepancies = migrated.value(
        "select pg_get_constraintdef(oid) from pg_constraint where conname = 'discrepancies_kind_check'"
    )

    kinds = (quoted - NO_KINDS) | set(re.findall(r"'([a-z_]+)'", discrepancies))
    assert len(sources) >= 10
    assert kinds == set(SITUATIONS)


def test_what_can_be_done_by_command_is_told_with_its_subject(clone: Database) -> None:
    for kind, command in {
        "directive_not_acknowledged": "scripts/distort directive cancel {}",
        "outcome_unknown": "scripts/distort directive resolve {} completed|failed|cancelled",
        "report_unmatched": "scripts/distort dismiss report_unmatched {}",
        "trading_halted": "scripts/distort resume {}",
        "account_disabled": "scripts/distort account change {}",
    }.items():
        at = SITUATIONS[kind].arrange(clone)
        for finding in findings(clone, kind, at):
            assert command.format(finding["subject"]) in finding["remedy"]


def test_a_well_kept_ledger_has_nothing_that_needs_a_person(database: Database) -> None:
    poll(database, at=after(minutes=1))

    answer = examined(database, after(minutes=1))

    assert [f["kind"] for f in answer["findings"]] == ["simulated_time"]
    assert (answer["findings"][0]["severity"], answer["cut"]) == ("info", [])


def test_simulated_time_is_critical_on_a_ledger_that_is_asked_about_the_present(database: Database) -> None:
    assert [f["severity"] for f in findings(database, "simulated_time", None)] == ["critical"]


def test_the_auditor_is_told_the_same_and_nothing_is_written(lived: Database) -> None:
    contents = lived.contents()

    assert examined(lived, after(hours=1), "auditor") == examined(lived, after(hours=1))
    assert lived.contents() == contents


def test_findings_come_by_severity_and_then_by_kind_and_age(lived: Database) -> None:
    answer = examined(lived, after(hours=1))

    order = [
        (SEVERITIES.index(f["severity"]), f["kind"], f["since"], f["subject"]) for f in answer["findings"]
    ]
    assert order == sorted(order)
    assert {f["severity"] for f in answer["findings"]} == set(SEVERITIES)


def test_of_many_findings_of_a_kind_the_oldest_hundred_are_told_and_that_there_are_more(
    clone: Database,
) -> None:
    signals = [signal(str(n)) for n in range(103)]
    for n in range(0, len(signals), 50):
        publish(clone, *signals[n : n + 50], at=after(seconds=n))

    answer = examined(clone, after(minutes=10))

    told = [f for f in answer["findings"] if f["kind"] == "signal_undecided"]
    assert (len(told), answer["most_per_kind"], answer["cut"]) == (100, 100, ["signal_undecided"])
    assert told[0]["since"] == "2026-01-05T12:00:00Z"


def test_only_accounts_that_an_undecided_exit_concerns_are_said_to_wait(database: Database) -> None:
    opened(database, account_id="demo-2")
    publish(database, signal("trail", action="modify", stop_loss="1.09"), at=after(minutes=1))

    (told,) = findings(database, "signal_undecided", after(minutes=10))

    assert "0 accounts are decided, not demo-2." in told["explanation"]


@pytest.mark.parametrize(("at", "severity"), [(after(minutes=5), "info"), (after(minutes=16), "critical")])
def test_an_unknown_outcome_is_the_officer_s_for_a_quarter_of_an_hour_and_then_a_person_s(
    database: Database, at: datetime, severity: str
) -> None:
    made = directive(database)
    acknowledge(database, made.id)
    report(database, event(made.id, "outcome_unknown"))

    assert [f["severity"] for f in findings(database, "outcome_unknown", at)] == [severity]
    assert findings(database, "directive_without_result", at) == []


def test_a_directive_that_was_just_taken_over_is_given_time_anew(database: Database) -> None:
    made = directive(database)
    acknowledge(database, made.id)
    acknowledge(database, made.id, instance_id=SECOND_EA, at=after(minutes=10))

    assert findings(database, "directive_without_result", after(minutes=16)) == []
    assert len(findings(database, "directive_without_result", after(minutes=26))) == 1


def test_a_close_that_nobody_collects_is_critical_and_an_open_is_not(database: Database) -> None:
    held = opened(database, "held")
    publish(database, signal("close", action="close"))
    decided(database, "close", issue("demo-1", closing(held.no)))
    directive(database, "open")

    found = findings(database, "directive_not_collected", after(minutes=3))

    assert {f["severity"]: f["explanation"].split()[3] for f in found} == {
        "critical": "close",
        "warning": "open",
    }


def test_an_expired_directive_says_so(database: Database) -> None:
    directive(database)

    (found,) = findings(database, "directive_not_collected", after(minutes=6))

    assert "and has expired" in found["explanation"]


def test_a_silent_officer_is_critical_while_anything_is_open_even_on_a_disabled_account(
    database: Database,
) -> None:
    opened(database)
    database.call("operator", "change_account", p_account_id="demo-1", p_changes={"enabled": False})
    database.call("operator", "change_account", p_account_id="demo-2", p_changes={"enabled": False})

    found = findings(database, "officer_not_seen", after(minutes=3))

    assert [(f["subject"], f["severity"]) for f in found] == [("demo-1", "critical")]


def test_an_account_whose_officer_never_came_is_told_after_its_takeover_time(database: Database) -> None:
    database.call("operator", "open_account", p_account=documents.account("demo-3"))

    assert findings(database, "officer_not_seen", after(minutes=1)) == []
    found = findings(database, "officer_not_seen", after(minutes=3))
    assert "has never called" in next(f for f in found if f["subject"] == "demo-3")["explanation"]


def test_a_difference_is_given_three_minutes_before_it_is_critical(database: Database) -> None:
    opened(database)
    sync(database)

    assert [f["severity"] for f in findings(database, "position_missing", after(minutes=2))] == ["info"]
    assert [f["severity"] for f in findings(database, "position_missing", after(minutes=4))] == ["critical"]


def test_a_sync_that_was_overtaken_does_not_say_what_stands(database: Database) -> None:
    opened(database)
    sync(database, at=after(minutes=1))
    held_up = documents.sync_request(uuid_of("held up"), positions=[])
    before = database.value("select discrepancies from ledger.account_states where account_id = 'demo-1'")

    database.execute("update ledger.exposures set volume_filled_lots = 0")
    database.call("officer", "sync_account", account_id="demo-1", at=T0, p_request=held_up)

    assert before != []
    assert (
        database.value("select discrepancies from ledger.account_states where account_id = 'demo-1'")
        == before
    )


def test_a_report_is_told_for_seven_days(database: Database) -> None:
    report(database, event(uuid_of("nobody's directive")))

    assert len(findings(database, "report_unmatched", after(days=6.9))) == 1
    assert findings(database, "report_unmatched", after(days=7.1)) == []


def test_a_report_of_the_instance_that_was_taken_over_from_needs_nobody(database: Database) -> None:
    made = directive(database)
    acknowledge(database, made.id)
    report(database, event(made.id), instance_id=SECOND_EA)

    assert [f["severity"] for f in findings(database, "report_anomalous", after(minutes=1))] == ["info"]


def test_four_rejected_orders_are_told_to_nobody_and_the_fifth_with_its_cause(database: Database) -> None:
    made = [directive(database, str(n)) for n in range(5)]
    acknowledge(database, *(each.id for each in made))
    report(database, *(event(each.id, "order_rejected", retcode=10016) for each in made[:4]))
    assert findings(database, "orders_rejected") == []

    fifth = event(made[4].id, "order_rejected", retcode=10019, message="No money")
    report(database, fifth, at=after(seconds=1))

    (found,) = findings(database, "orders_rejected", after(seconds=1))
    assert "5 orders of account demo-1" in found["explanation"]
    assert found["explanation"].endswith("the newest with 10019 No money.")


def test_a_month_that_is_missing_between_others_is_found(clone: Database) -> None:
    database = clone
    database.call("archivist", "premake_partitions", at=None, p_from="2026-06-01T00:00:00Z", p_months=2)

    (found,) = findings(database, "partitions_missing", datetime.fromisoformat("2026-04-10T00:00:00Z"))

    assert (found["subject"], found["severity"]) == ("2026-05", "warning")


def test_two_keys_that_end_are_told_until_they_are_revoked_or_long_gone(database: Database) -> None:
    SITUATIONS["api_key_expiring"].arrange(database)

    # The key ends ten days after T0.
    assert findings(database, "api_key_expiring", after(days=-5)) == []
    assert len(findings(database, "api_key_expiring", after(days=1))) == 1
    assert len(findings(database, "api_key_expired", after(days=39))) == 1
    assert findings(database, "api_key_expired", after(days=41)) == []
