"""What a monitoring system is told: the numbers are those of the rows, and cost no scan of what is over."""

from datetime import datetime
from typing import Any

import psycopg
import pytest

from tests.database.checkpoints import checkpoint, write
from tests.database.database import Database
from tests.database.story import (
    FIRST_EA,
    SECOND_EA,
    acknowledge,
    directive,
    event,
    opened,
    poll,
    publish,
    report,
    signal,
)
from tests.database.test_recovery_findings import examined
from tests.support import documents
from tests.support.clock import T0, after


def metrics(database: Database, at: datetime | None = T0) -> dict[str, Any]:
    """Everything the ledger tells a monitoring system."""
    answer: dict[str, Any] = database.call("monitor", "metrics", at=at)
    return answer


def queue(database: Database, name: str, at: datetime = T0) -> tuple[int, float]:
    """Depth of a queue, and the age of its oldest in seconds."""
    (found,) = [row for row in metrics(database, at)["queues"] if row["queue"] == name]
    return found["depth"], found["oldest_seconds"]


def latency(database: Database, what: str, at: datetime = T0) -> tuple[int, Any]:
    """How many latencies were seen, and their median, 90 and 99 percent; None for none."""
    (found,) = [row for row in metrics(database, at)["latencies"] if row["what"] == what]
    return found["count"], found["quantiles"]


def test_each_queue_counts_what_waits_in_it_and_since_when(database: Database) -> None:
    publish(database, signal("undecided"))
    directive(database, "waiting", at=after(seconds=10))
    held = directive(database, "held", at=after(seconds=10))
    acknowledge(database, held.id, at=after(seconds=20))
    lost = directive(database, "lost", at=after(seconds=10))
    acknowledge(database, lost.id, at=after(seconds=30))
    report(database, event(lost.id, "outcome_unknown"), at=after(seconds=40))
    opened(database, "open")

    at = after(seconds=60)
    assert queue(database, "signals_pending", at) == (1, 60)
    assert queue(database, "directives_pending", at) == (1, 50)
    assert queue(database, "directives_unresolved", at) == (2, 40)
    assert queue(database, "outcomes_unknown", at) == (1, 20)
    assert queue(database, "reservations", at) == (3, 50)
    assert queue(database, "positions", at) == (1, 60)


def test_an_empty_ledger_has_zeros_and_no_latencies(database: Database) -> None:
    told = metrics(database)

    assert {(row["depth"], row["oldest_seconds"]) for row in told["queues"]} == {(0, 0)}
    assert {(row["count"], row["quantiles"]) for row in told["latencies"]} == {(0, None)}
    assert told["at"] == T0.timestamp()


def test_latencies_are_percentiles_of_the_last_five_minutes(database: Database) -> None:
    for n in range(1, 11):
        made = directive(database, str(n))
        acknowledge(database, made.id, at=after(seconds=n))
        report(database, event(made.id), at=after(seconds=2 * n))

    count, acks = latency(database, "ack", after(seconds=30))
    reports_count, reports = latency(database, "report", after(seconds=30))

    assert (count, acks) == (10, pytest.approx([5.5, 9.1, 9.91]))
    assert (reports_count, reports) == (10, pytest.approx([11, 18.2, 19.82]))
    # Only the tenth was acknowledged within the five minutes before this.
    assert latency(database, "ack", after(minutes=5, seconds=9))[0] == 1
    assert latency(database, "ack", after(minutes=6)) == (0, None)


def test_a_takeover_is_no_acknowledgement_latency_and_a_clock_that_is_ahead_is_none_below_zero(
    database: Database,
) -> None:
    made = directive(database)
    acknowledge(database, made.id, at=after(seconds=4))
    acknowledge(database, made.id, instance_id=SECOND_EA, at=after(seconds=150))
    ahead = event(made.id, occurred_at="2026-01-05T12:09:00Z")
    report(database, ahead, instance_id=SECOND_EA, at=after(seconds=160))

    assert latency(database, "ack", after(seconds=160)) == (1, [4, 4, 4])
    assert latency(database, "report", after(seconds=160)) == (1, [0, 0, 0])


def test_officers_are_counted_by_how_long_they_have_been_silent(database: Database) -> None:
    for name in ("demo-3", "demo-4"):
        database.call("operator", "open_account", p_account=documents.account(name))
    database.call("operator", "change_account", p_account_id="demo-4", p_changes={"enabled": False})
    poll(database, at=after(seconds=50))

    officers = metrics(database, after(seconds=60))["officers"]

    assert {name: count for name, count in officers["silent_for"].items() if count} == {
        "under_15_seconds": 1,
        "under_5_minutes": 1,
        "never_seen": 1,
    }
    assert (officers["enabled"], officers["disabled"], officers["without_series"]) == (3, 1, 0)
    assert sum(officers["silent_for"].values()) == officers["enabled"]


@pytest.mark.parametrize(
    ("seconds", "name"),
    [(14.9, "under_15_seconds"), (15, "under_1_minute"), (60, "under_5_minutes"), (300, "under_1_hour")],
)
def test_each_silence_has_its_class(database: Database, seconds: float, name: str) -> None:
    assert metrics(database, after(seconds=seconds))["officers"]["silent_for"][name] == 2


def test_calls_are_noted_with_the_last_seen_time_and_not_oftener(database: Database) -> None:
    def noted() -> dict[str, int]:
        accounts = metrics(database, after(minutes=1))["officers"]["accounts"]
        return {row["account_id"]: row["calls_noted"] for row in accounts}

    assert noted() == {"demo-1": 1, "demo-2": 1}
    for seconds in range(1, 21):
        poll(database, at=after(seconds=seconds), instance_id=FIRST_EA)
    poll(database, at=after(seconds=20), instance_id=SECOND_EA)

    # T0, 6, 12 and 18 seconds, and the second terminal's first.
    assert noted() == {"demo-1": 5, "demo-2": 1}


def test_beyond_a_thousand_accounts_the_counts_cover_all_and_the_series_stay(clone: Database) -> None:
    clone.execute(
        "insert into ledger.accounts select (jsonb_populate_record(a, jsonb_build_object("
        " 'account_id', 'mass-' || n, 'login', 5000 + n))).*"
        " from ledger.accounts a, generate_series(1, 1100) n where a.account_id = 'demo-1'"
    )
    clone.execute(
        "insert into ledger.officer_instances (account_id, instance_id, first_seen_at, last_seen_at)"
        " select account_id, gen_random_uuid(), %s, %s from ledger.accounts where account_id like 'mass-%%'",
        T0,
        T0,
    )

    officers = metrics(clone, after(seconds=1))["officers"]

    assert (len(officers["accounts"]), officers["without_series"]) == (1000, 102)
    assert officers["silent_for"]["under_15_seconds"] == 1102
    names = [row["account_id"] for row in officers["accounts"]]
    assert names == sorted(names)
    assert names[:2] == ["demo-1", "demo-2"]


def test_the_tree_and_what_is_ahead_of_it_are_told(clone: Database) -> None:
    covered = checkpoint(clone)["checkpoint"]["tree_size"]
    assert metrics(clone)["checkpoints"] == {
        "checkpoint_no": 1,
        "tree_size": covered,
        "lag_seconds": 0,
        "lag_rows": 0,
    }

    write(clone, 3)

    ahead = metrics(clone, after(seconds=90))["checkpoints"]
    assert (ahead["tree_size"], ahead["lag_seconds"], ahead["lag_rows"]) == (covered, 90, 3)


def test_tables_are_told_by_partition_from_the_statistics_of_postgresql(clone: Database) -> None:
    def inserted() -> dict[tuple[str, str], int]:
        clone.execute("select pg_stat_force_next_flush()")
        rows = metrics(clone)["tables"]
        assert len({(row["table"], row["partition"]) for row in rows}) == len(rows)
        return {(row["table"], row["partition"]): row["inserted"] for row in rows}

    before = inserted()
    with clone.party() as party:
        publish(party, signal("one"), signal("two"))
        party.connection.execute("select pg_stat_force_next_flush()")

    grown = {
        series: count - before[series] for series, count in inserted().items() if count != before[series]
    }
    assert grown == {
        ("signal_outbox", "signal_outbox_2026_01"): 2,
        ("signal_registry", ""): 2,
        ("journal", "journal_2026_01"): 2,
    }


def test_the_journal_s_counter_is_the_last_number_given_out(clone: Database) -> None:
    publish(clone, signal())

    assert metrics(clone)["journal_rows"] == clone.value("select max(journal_id) from ledger.journal")


def test_what_the_doctor_finds_is_counted(lived: Database) -> None:
    at = after(hours=1)
    found = examined(lived, at)["findings"]

    told = {(row["kind"], row["severity"]): row["count"] for row in metrics(lived, at)["findings"]}

    assert sum(told.values()) == len(found)
    assert set(told) == {(f["kind"], f["severity"]) for f in found}
    assert len(told) > 5


def test_sizes_clocks_and_open_transactions_are_told(clone: Database) -> None:
    with clone.party() as idle, idle.connection.transaction():
        idle.connection.execute("select 1")
        told = metrics(clone, None)

    assert told["database_bytes"] > 1_000_000
    assert told["oldest_transaction_seconds"] > 0
    assert told["simulated_time"] is True
    assert told["at"] == pytest.approx(clone.value("select extract(epoch from now())::float"), abs=10)
    until = clone.value(
        "select extract(epoch from max(month) + interval '1 month')::float from ledger.partitioned_months"
    )
    assert told["partitions_until"] == until


def test_a_monitor_reads_the_numbers_and_not_one_row(migrated: Database) -> None:
    with migrated.acting_as("monitor") as connection:
        for table in migrated.tables():
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(f"select from ledger.{table}".encode())


def test_the_metrics_write_nothing(lived: Database) -> None:
    contents = lived.contents()

    metrics(lived, after(hours=1))

    assert lived.contents() == contents
