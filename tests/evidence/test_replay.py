"""Replay: the journal alone gives every table of the ledger back, or says in which row it does not."""

# ruff: noqa: S608 - what is put into these statements stands in this file

from datetime import date

import pytest

from scripts.tools.evidence.replay.law import NOT_CLAIMED
from scripts.tools.stack import Stack
from tests.database.archiving import take
from tests.database.directing import ending, run
from tests.database.story import acknowledge, directive, event, issued, opened, publish, report, signal
from tests.evidence import forge
from tests.evidence.conftest import Evidence
from tests.evidence.replaying import differences, replayed, rows_of
from tests.support.clock import T0

NOVEMBER = date(2025, 11, 1)


def test_every_table_comes_out_of_the_journal_as_it_is(stack: Stack, evidence: Evidence) -> None:
    with replayed(stack, evidence.url) as (result, database):
        compared = {one.table: one.rows for one in result.comparisons}

        assert (differences(result), result.succeeded, result.cut) == ([], True, False)
        assert result.entries == evidence.database.value("select count(*) from history.journal")
        # Not because there was nothing to compare.
        assert [table for table, rows in compared.items() if not rows] == []
        for table in compared:
            assert rows_of(database, table) == rows_of(evidence.database, table), table


def test_closes_that_follow_their_decision_come_out_though_it_was_declined(
    stack: Stack, evidence: Evidence
) -> None:
    database = evidence.database
    opened(database, "held to the end", symbol="USDCAD")
    stuck = directive(database, "stuck", symbol="USDCAD")
    acknowledge(database, stuck.id)
    publish(database, ending("close that goes on", symbol="USDCAD"))
    run(database)
    report(database, event(stuck.id))
    run(database)
    opened(database, "to be reversed", symbol="AUDUSD")
    changes = {"opposite_positions": "reverse", "max_spread_points": 0}
    database.call("operator", "change_account", p_account_id="demo-1", p_changes=changes)
    turn = {"symbol": "AUDUSD", "side": "sell", "stop_loss": "1.105", "take_profit": None}
    publish(database, signal("turn", **turn))
    run(database)
    assert [len(issued(database, name)) for name in ("close that goes on", "turn")] == [2, 1]

    with replayed(stack, evidence.url) as (result, copy):
        assert differences(result) == []
        for table in ("trade_directives", "risk_decisions", "exposures"):
            assert rows_of(copy, table) == rows_of(database, table), table


def test_no_table_is_left_out_without_a_reason(stack: Stack, evidence: Evidence) -> None:
    with replayed(stack, evidence.url) as (result, _):
        compared = {one.table for one in result.comparisons}

    assert compared | set(result.not_claimed) == set(evidence.database.tables())
    assert set(result.not_claimed) == {*NOT_CLAIMED, "settings"} - compared


def test_a_table_that_is_hidden_from_the_auditor_is_a_fault(stack: Stack, evidence: Evidence) -> None:
    evidence.database.execute("revoke select on ledger.trading_halts from auditor")

    with replayed(stack, evidence.url) as (result, _):
        assert differences(result) == ["trading_halts: its auditor may not read it"]
        assert not result.succeeded
        assert "trading_halts" not in result.not_claimed


def test_settings_come_out_though_only_the_owner_may_look(stack: Stack, evidence: Evidence) -> None:
    with replayed(stack, evidence.url) as (_, database):
        assert rows_of(database, "settings") == rows_of(evidence.database, "settings")


def test_a_replay_can_be_replayed(stack: Stack, evidence: Evidence) -> None:
    with (
        replayed(stack, evidence.url) as (_, once),
        replayed(stack, stack.postgres.url(database=once.name)) as (result, twice),
    ):
        assert differences(result) == []
        assert rows_of(twice, "exposures") == rows_of(evidence.database, "exposures") != []


def test_a_replayed_ledger_is_guarded_like_any_other(stack: Stack, evidence: Evidence) -> None:
    triggers = (
        "select tgrelid::regclass::text || ' ' || tgname || ' ' || tgenabled::text as row from pg_trigger"
        " where not tgisinternal and tgparentid = 0 order by 1"
    )
    with replayed(stack, evidence.url) as (_, database):
        found = {row["row"] for row in database.rows(triggers)}
        expected = {row["row"] for row in evidence.database.rows(triggers)}

        # Each database has months of its own besides.
        assert {row for row in expected ^ found if "a_guard_truncate" not in row} == set()
        assert database.value("select to_regnamespace('replay') is null")


COMPLETED = {
    "trade_directives": "where status = 'completed'",
    "execution_events": "where price::text = '1.1'",
}
# By table: what a superuser does to its first row, and the columns that then differ.
CHANGES = {
    "trade_directives": ("status = 'failed'", ["status"]),
    # 1.10 is 1.1 to a database, and not the same evidence.
    "execution_events": ("price = 1.10", ["price"]),
    "signal_registry": ("content_hash = sha256('')", ["content_hash"]),
    "event_registry": ("content_hash = sha256('')", ["content_hash"]),
    "directive_registry": ("directive_id = gen_random_uuid()", ["directive_id"]),
    "exposures": (
        "volume_filled_lots = 7, changed_at = changed_at + interval '1 microsecond'",
        ["volume_filled_lots", "changed_at"],
    ),
    "accounts": ("max_in_flight = 99", ["max_in_flight"]),
    "trading_halts": (r"reason = E'a\\b\tc\nd'", ["reason"]),
    "lifecycle": ("because = 'I say so'", ["because"]),
}


def test_rows_that_a_superuser_changed_are_named_with_both_values(stack: Stack, evidence: Evidence) -> None:
    forge.disarm(evidence.database)
    for table, (change, _) in CHANGES.items():
        evidence.database.execute(
            f"update ledger.{table} set {change} where (tableoid, ctid) = (select tableoid, ctid"
            f" from ledger.{table} {COMPLETED.get(table, '')} order by ctid limit 1)"
        )

    with replayed(stack, evidence.url) as (result, _):
        changed = {one.table: one for one in result.comparisons if not one.identical}

    assert not result.succeeded
    assert changed.keys() == CHANGES.keys()
    for table, comparison in changed.items():
        assert (comparison.differing, comparison.missing, comparison.unexpected) == (1, 0, 0), table
        assert comparison.first is not None
        assert list(comparison.first.columns) == CHANGES[table][1]
        for column, (ours, theirs) in comparison.first.columns.items():
            assert ours != theirs
            assert f"{column} is {ours}, in the replay {theirs}" in str(comparison.first)
    halt = changed["trading_halts"].first
    assert halt is not None
    assert halt.columns["reason"][0] == "a\\b\tc\nd"


def test_a_row_changed_in_the_archive_is_named_as_well(stack: Stack, evidence: Evidence) -> None:
    evidence.database.execute("alter table archive.risk_decisions disable trigger all")
    evidence.database.execute("update archive.risk_decisions set numbers = '{}' where outcome = 'issued'")

    with replayed(stack, evidence.url) as (result, _):
        (difference,) = differences(result)

    assert difference.startswith("risk_decisions: signal_id ")
    assert "numbers is {}, in the replay" in difference


def test_a_row_that_was_removed_is_unexpected_in_the_replay(stack: Stack, evidence: Evidence) -> None:
    forge.disarm(evidence.database)
    evidence.database.execute("delete from ledger.discrepancies where discrepancy_no = 2")

    with replayed(stack, evidence.url) as (result, _):
        assert differences(result) == ["discrepancies: discrepancy_no 2 is in the replay alone"]


def test_a_row_that_was_slipped_in_is_missing_in_the_replay(stack: Stack, evidence: Evidence) -> None:
    forge.disarm(evidence.database)
    evidence.database.execute(
        "insert into ledger.trading_halts overriding system value"
        " values (10, 'symbol', 'EURUSD', 'halted', 'never said', now())"
    )

    with replayed(stack, evidence.url) as (result, _):
        assert differences(result) == ["trading_halts: halt_no 10 is not in the replay"]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            "delete from ledger.journal where event = 'directive.acknowledged' {one}",
            "the journal lacks entry 2 of",
        ),
        ("delete from ledger.journal where event = 'directive.completed' {one}", "trade_directives: "),
        ("delete from ledger.journal where event = 'decision.declined' {one}", "risk_decisions: "),
        ("delete from ledger.journal where event = 'directive.issued' {one}", "journal entry "),
        (
            "update ledger.journal set payload = replace(payload::text, '1.095', '1.096')::json"
            " where event = 'signal.published' {one}",
            "signal_outbox: ",
        ),
        (
            "update ledger.journal set event = 'signal.imagined' where entity = 'signal' {one}",
            "writes no such entry",
        ),
    ],
)
def test_a_journal_that_was_tampered_with_gives_another_ledger(
    stack: Stack, evidence: Evidence, statement: str, expected: str
) -> None:
    forge.disarm(evidence.database)
    evidence.database.execute(
        statement.format(one="and created_at = (select max(created_at) from ledger.journal)")
    )

    with replayed(stack, evidence.url) as (result, _):
        assert not result.succeeded
        assert any(expected in difference for difference in differences(result)), differences(result)


def test_what_is_about_a_month_that_was_dropped_is_replayed_without_it(
    stack: Stack, evidence: Evidence
) -> None:
    database = evidence.database
    lost = str(
        database.value("select directive_id from history.trade_directives where created_at < '2025-12-01'")
    )
    counts = database.value("select ledger.export_counts(%s)", NOVEMBER)
    for name in ("exported", "verified", "dropped"):
        take(database, name, NOVEMBER, T0, p_export="ab" * 32, p_details={"rows": counts})
    report(database, event(lost, name="late"))

    with replayed(stack, evidence.url) as (result, target):
        assert differences(result) == []
        assert result.dropped_months == ("2025-11-01",)
        assert rows_of(target, "event_registry") == rows_of(database, "event_registry")


def test_a_ledger_of_another_version_is_said_to_be_one(stack: Stack, evidence: Evidence) -> None:
    evidence.database.execute("alter table ledger.discrepancies add column guess text")

    with replayed(stack, evidence.url) as (result, _):
        (difference,) = differences(result)

    assert "discrepancies: the ledger is of another version" in difference


def test_the_ledger_is_only_read(stack: Stack, evidence: Evidence) -> None:
    before = evidence.database.contents()

    with replayed(stack, evidence.url):
        assert evidence.database.contents() == before
