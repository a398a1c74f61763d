"""What the ledger has recorded stays as it is: for owner and superuser too, in every table and partition."""

# ruff: noqa: S608 - what is put into these queries stands in this file

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from tests.database.database import Connection, Database, Refused, refusals
from tests.database.story import acknowledge, decide, event, issue, issued, opening, publish, report, signal

# table -> the columns that may change after all, and when none is named, nothing may.
KEPT: dict[str, str] = {
    "accounts": "broker enabled risk_per_trade min_strength max_signal_age_seconds max_open_positions_account"
    " max_open_positions_symbol volume_max_lots directive_ttl_seconds max_slippage_points"
    " max_state_age_seconds max_in_flight takeover_seconds max_open_positions_currency"
    " max_open_positions_group max_net_exposure_currency max_daily_loss max_drawdown max_spread_points"
    " max_margin_use max_consecutive_losses cool_down_seconds sessions opposite_positions allow_duplicates"
    " equity_marks_since net_deposits",
    "api_keys": "",  # revoked_at once; the keys of this history are revoked
    "archive_steps": "",
    "bars": "",
    "checkpoints": "",
    "correlation_groups": "symbols",
    "directive_acknowledgements": "",
    "directive_registry": "",
    "discrepancies": "",
    "event_registry": "",
    "execution_events": "",
    "journal": "",
    "journal_epochs": "",
    "lifecycle": "",
    "merkle_leaves": "",
    "merkle_nodes": "",
    "news_windows": "label enabled",
    "operator_actions": "",
    "risk_decisions": "",
    "signal_outbox": "",  # status along the lifecycle, which is not for these roles
    "signal_registry": "",
    "strategies": "symbols bar_source parameters warm_up_bars enabled",
    "subscriptions": "risk_multiplier enabled allocation max_open_positions_strategy",
    "trade_directives": "",
    "trading_halts": "",
    "unmatched_reports": "",
}
# What is overwritten by design: caches of what is told again, the open risk, and the owner's own settings.
OVERWRITTEN = {
    "account_states",
    "equity_marks",
    "exposures",
    "instruments",
    "officer_instances",
    "partitioned_months",
    "settings",
}
PARTITIONED = (
    "directive_acknowledgements",
    "execution_events",
    "journal",
    "risk_decisions",
    "signal_outbox",
    "trade_directives",
)

REFUSED = ("immutable_row", "lifecycle_violation", "referenced")

SESSIONS = ("postgres", "supabase_admin", "supabase_admin in replica mode")

# Another value of each type.
OTHER = {
    "bigint": "{0} + 1",
    "boolean": "not {0}",
    "bytea": "'\\x00'",
    "date": "{0} + 1",
    "integer": "{0} + 1",
    "json": "'{{}}'",
    "jsonb": "'{{\"changed\": true}}'",
    "numeric": "coalesce({0}, 0) + 1",
    "numeric(20,0)": "coalesce({0}, 0) + 1",
    "smallint": "{0} + 1",
    "text": "coalesce({0}, '') || 'x'",
    "text[]": "array['CHANGED']",
    "timestamp with time zone": "coalesce({0}, now()) + interval '1 second'",
    "uuid": "gen_random_uuid()",
    "xid8": "'1'",
}


@contextmanager
def session(database: Database, kind: str) -> Iterator[Connection]:
    role, _, replica = kind.partition(" in ")
    database.execute(f"set local session_replication_role = {'replica' if replica else 'origin'}")
    with database.acting_as(role) as connection:
        yield connection


def verdict(connection: Connection, statement: str) -> str:
    """`done n`, or what the statement was refused with."""
    try:
        with connection.transaction(force_rollback=True), refusals():
            return f"done {connection.execute(statement.encode()).rowcount}"
    except Refused as refused:
        return refused.code
    except psycopg.errors.GeneratedAlways:
        return "immutable_row"  # an identity: PostgreSQL itself says no
    except psycopg.errors.FeatureNotSupported:
        return "referenced"  # a truncate without cascade that a foreign key stands in the way of


def columns(database: Database, table: str) -> dict[str, str]:
    """Columns and their types."""
    rows = database.rows(
        "select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute"
        " where attrelid = %s::regclass and attnum > 0 and not attisdropped",
        f"ledger.{table}",
    )
    return {row["name"]: row["type"] for row in rows}


def key_of(database: Database, table: str) -> list[str]:
    """The columns of the primary key."""
    rows = database.rows(
        "select a.attname as name from pg_index i join pg_attribute a on a.attrelid = i.indrelid"
        " and a.attnum = any (i.indkey) where i.indrelid = %s::regclass and i.indisprimary",
        f"ledger.{table}",
    )
    return [row["name"] for row in rows]


def partitions(database: Database, table: str) -> list[str]:
    rows = database.rows(
        "select inhrelid::regclass::text as name from pg_inherits where inhparent = %s::regclass order by 1",
        f"ledger.{table}",
    )
    return [row["name"].removeprefix("ledger.") for row in rows]


def test_every_table_is_either_kept_or_overwritten(migrated: Database) -> None:
    assert set(migrated.tables()) == {*KEPT, *OVERWRITTEN}


@pytest.mark.parametrize("kind", SESSIONS)
@pytest.mark.parametrize("table", KEPT)
def test_no_recorded_column_can_be_changed(lived: Database, table: str, kind: str) -> None:
    may_change = set(KEPT[table].split())
    assert lived.value(f"select count(*) from ledger.{table}") > 0
    filled = [p for p in partitions(lived, table) if lived.value(f"select exists (select from ledger.{p})")]

    with session(lived, kind) as connection:
        for relation in (table, *filled):
            for column, kind_of in columns(lived, table).items():
                if column not in may_change:
                    value = OTHER[kind_of].format(column)
                    found = verdict(connection, f"update ledger.{relation} set {column} = {value}")
                    assert found in REFUSED, (relation, column, found)


@pytest.mark.parametrize("kind", SESSIONS)
@pytest.mark.parametrize("table", KEPT)
def test_no_recorded_row_can_be_removed(lived: Database, table: str, kind: str) -> None:
    relations = (table, *partitions(lived, table))

    with session(lived, kind) as connection:
        for relation in relations:
            assert verdict(connection, f"truncate ledger.{relation}") in REFUSED, relation
            assert verdict(connection, f"truncate ledger.{relation} cascade") == "immutable_row", relation
            found = verdict(connection, f"delete from ledger.{relation}")
            empty = relation != table and not lived.value(f"select exists (select from ledger.{relation})")
            assert found == ("done 0" if empty else "immutable_row"), relation


@pytest.mark.parametrize("table", KEPT)
def test_no_form_of_writing_gets_around_the_guard(lived: Database, table: str) -> None:
    key = key_of(lived, table)
    column = key[0]
    value = OTHER[columns(lived, table)[column]].format(f"t.{column}")
    same = " and ".join(f"t.{name} = s.{name}" for name in key)
    merge = f"merge into ledger.{table} t using ledger.{table} s on {same} when matched then"
    forms = [
        f"{merge} update set {column} = {value}",
        f"{merge} delete",
        f"with gone as (delete from ledger.{table} returning 1) select count(*) from gone",
        f"insert into ledger.{table} as t overriding system value select * from ledger.{table}"
        f" on conflict ({', '.join(key)}) do update set {column} = {value}",
    ]

    for kind in SESSIONS:
        with session(lived, kind) as connection:
            for form in forms:
                assert verdict(connection, form) in REFUSED, form


def test_a_number_cannot_even_be_written_in_another_way(lived: Database) -> None:
    with session(lived, "postgres") as connection:
        value = "volume_lots = volume_lots::numeric(20, 9)"
        statement = f"update ledger.trade_directives set {value} where action = 'open'"
        assert verdict(connection, statement) == "immutable_row"


def test_a_key_is_revoked_once_and_for_good(lived: Database) -> None:
    with session(lived, "supabase_admin in replica mode") as connection:
        for value in ("null", "now()", "revoked_at + interval '1 day'"):
            assert verdict(connection, f"update ledger.api_keys set revoked_at = {value}") == "immutable_row"


def test_the_columns_that_may_change_do(lived: Database) -> None:
    with session(lived, "postgres") as connection:
        for statement in (
            "update ledger.accounts set max_in_flight = 7",
            "update ledger.strategies set enabled = false",
            "update ledger.subscriptions set enabled = false",
        ):
            assert verdict(connection, statement).startswith("done"), statement


def test_every_guard_of_every_table_and_partition_is_always_on(migrated: Database) -> None:
    rows = migrated.rows(
        "select c.relname || ' ' || t.tgname as name, t.tgenabled::text as enabled from pg_trigger t"
        " join pg_class c on c.oid = t.tgrelid where c.relnamespace = 'ledger'::regnamespace"
        " and (not t.tgisinternal or t.tgparentid <> 0 and t.tgname !~ '^RI_')"
    )
    enabled = {row["name"]: row["enabled"] for row in rows}

    for table in KEPT:
        for relation in (table, *partitions(migrated, table)):
            assert enabled.get(f"{relation} a_guard_row") == "A", relation
            assert enabled.get(f"{relation} a_guard_truncate") == "A", relation
    guards = {name: how for name, how in enabled.items() if "_guard_" in name or " z_journal_" in name}
    assert {name for name, how in guards.items() if how != "A"} == set()


def _new_month(database: Database) -> str:
    """Partitions of a month that nobody thought of, with a story in each; returns their suffix."""
    moment = "2031-03-09T10:00:00Z"
    arguments: dict[str, Any] = {"p_from": moment, "p_months": 1}
    database.call("archivist", "premake_partitions", at=None, **arguments)
    at: Any = moment
    expires_at = "2031-03-09T11:00:00Z"
    publish(database, signal("of 2031", created_at=moment, expires_at=expires_at), at=at)
    decide(database, "of 2031", issue("demo-1", opening(expires_at=expires_at)), at=at)
    (made,) = issued(database, "of 2031")
    acknowledge(database, made.id, at=at)
    report(database, event(made.id), at=at)
    return "2031_03"


@pytest.mark.parametrize("kind", SESSIONS)
def test_partitions_made_later_are_guarded_like_the_first(lived: Database, kind: str) -> None:
    suffix = _new_month(lived)

    with session(lived, kind) as connection:
        for table in PARTITIONED:
            partition = f"{table}_{suffix}"
            assert lived.value(f"select count(*) from ledger.{partition}") > 0
            for statement in (
                f"delete from ledger.{partition}",
                f"truncate ledger.{partition}",
                f"truncate ledger.{partition} cascade",
                f"update ledger.{partition} set {'key' if table == 'journal' else 'symbol'} = 'X'",
            ):
                assert verdict(connection, statement) in REFUSED, statement
    for role in ("officer", "auditor", "director"):
        with lived.acting_as(role, "demo-1") as connection:
            for table in PARTITIONED:
                with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                    connection.execute(f"select from ledger.{table}_{suffix}".encode())
