"""What time it is: told by callers where the ledger is simulated, and by nobody else."""

from typing import Any

import psycopg
import pytest

from tests.database.database import Database, Refused, refusals
from tests.database.story import signal
from tests.support.clock import T0

TIMED = (
    "acknowledge_directives",
    "archive_candidates",
    "archive_step",
    "cancel_directive",
    "change_account",
    "close_halted",
    "decide_signal",
    "dismiss_finding",
    "doctor",
    "expire_directives",
    "generator_inputs",
    "halt_trading",
    "issue_api_key",
    "make_checkpoint",
    "metrics",
    "open_account",
    "pending_signals",
    "poll_directives",
    "premake_partitions",
    "publish_signals",
    "report_executions",
    "resolve_directive",
    "resume_trading",
    "revoke_api_key",
    "save_correlation_group",
    "save_news_window",
    "save_strategy",
    "store_bars",
    "subscribe",
    "sync_account",
    "unresolved_directives",
    "wanted_bars",
)


def test_every_door_that_records_something_takes_the_time_as_its_last_argument(migrated: Database) -> None:
    rows = migrated.rows(
        "select proname from pg_proc where pronamespace = 'api'::regnamespace"
        " and proargnames[pronargs] = 'p_at' and pronargdefaults > 0"
    )

    assert sorted(row["proname"] for row in rows) == sorted(TIMED)


@pytest.mark.parametrize("door", TIMED)
def test_a_ledger_of_real_time_takes_no_time_from_its_callers(migrated: Database, door: str) -> None:
    role = migrated.value(
        "select r.role from unnest(array['generator', 'director', 'officer', 'feed', 'operator', 'archivist',"
        " 'monitor']) r (role)"
        " where has_function_privilege(r.role, (select oid from pg_proc where proname = %s"
        " and pronamespace = 'api'::regnamespace), 'execute') limit 1",
        door,
    )
    count = migrated.value(
        "select pronargs - 1 from pg_proc where proname = %s and pronamespace = 'api'::regnamespace", door
    )
    arguments = ", ".join(["null"] * count + ["%s"])

    with migrated.acting_as(role, "demo-1") as connection, pytest.raises(Refused) as refused, refusals():
        connection.execute(f"select api.{door}({arguments})".encode(), (T0,))

    assert (refused.value.code, refused.value.status) == ("simulated_time_disabled", 400)


def test_a_session_that_sets_the_time_by_hand_is_not_believed(migrated: Database) -> None:
    with migrated.acting_as("operator") as connection:
        connection.execute("select set_config('ledger.at', '2020-01-01', true)")
        row = connection.execute("select ledger.at() = now() as real").fetchone()

    assert row == {"real": True}


def test_simulated_time_is_off_until_the_owner_of_the_database_switches_it_on(migrated: Database) -> None:
    assert migrated.value("select simulated_time from ledger.settings") is False
    for role in ("operator", "auditor", "gatekeeper", "archivist"):
        with migrated.acting_as(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("update ledger.settings set simulated_time = true where only_row")


def test_there_is_one_row_of_settings_and_never_another(migrated: Database) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        migrated.execute("insert into ledger.settings (only_row) values (false)")
    assert migrated.value("select count(*) from ledger.settings") == 1


def test_under_simulated_time_everything_is_recorded_at_the_time_that_was_told(database: Database) -> None:
    database.call("generator", "publish_signals", p_signals=[signal()])

    (row,) = database.rows("select recorded_at from ledger.journal order by journal_id desc limit 1")
    assert row["recorded_at"] == T0
    assert database.value("select recorded_at from ledger.signal_outbox") == T0


def test_without_a_told_time_a_simulated_ledger_keeps_real_time(database: Database) -> None:
    answer = database.call("director", "pending_signals", at=None, p_max_signals=1)

    assert answer["at"] == database.value("select ledger.utc(now())")


@pytest.mark.parametrize(
    ("p_from", "p_months"),
    [
        ("2026-01-01", 0),
        ("2026-01-01", 37),
        ("2026-01-01", None),
        (None, 1),
        ("1970-06-01", 1),
        ("infinity", 1),
    ],
)
def test_months_that_cannot_be_made_are_refused(
    database: Database, p_from: str | None, p_months: int | None
) -> None:
    database.execute("set local statement_timeout = '3s'")

    with pytest.raises(Refused) as refused:
        database.call("archivist", "premake_partitions", at=None, p_from=p_from, p_months=p_months)

    assert (refused.value.code, refused.value.status) == ("months_invalid", 422)


def test_partitions_are_made_once_for_each_table_and_month(database: Database) -> None:
    asked: dict[str, Any] = {"p_from": "2027-11-30T23:30:00-05:00", "p_months": 2}

    assert database.call("archivist", "premake_partitions", at=None, **asked) == {"made": 2}
    assert database.call("archivist", "premake_partitions", at=None, **asked) == {"made": 0}

    rows = database.rows(
        "select relname as name from pg_class where relispartition and relkind = 'r'"
        " and relname ~ '_(2027_1[12]|2028_01)$' order by 1"
    )
    tables = (
        *("directive_acknowledgements", "execution_events", "journal"),
        *("risk_decisions", "signal_outbox", "trade_directives"),
    )
    # In UTC that evening in New York is the first of December.
    assert [row["name"] for row in rows] == [
        f"{table}_{month}" for table in tables for month in ("2027_12", "2028_01")
    ]
    months = (
        "select array_agg(month::text order by month) from ledger.partitioned_months"
        " where month >= '2027-11-01'"
    )
    assert database.value(months) == ["2027-12-01", "2028-01-01"]


def test_the_health_of_a_ledger_says_what_an_uptime_check_wants_to_know(migrated: Database) -> None:
    health = migrated.call("gatekeeper", "health", at=None)

    assert set(health) == {"migration", "simulated_time", "partitions_until", "at"}
    newest = migrated.value("select max(version) from supabase_migrations.schema_migrations")
    assert (health["migration"], health["simulated_time"]) == (newest, False)
    until = migrated.value(
        "select ledger.utc((max(month) + interval '1 month') at time zone 'UTC')"
        " from ledger.partitioned_months"
    )
    assert health["partitions_until"] == until
