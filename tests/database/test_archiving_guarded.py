"""What is in the archive stays as it is, for everybody, and is read by those who may read the past."""

# ruff: noqa: S608 - what is put into these queries stands in this file

import psycopg
import pytest

from tests.database.archiving import STORY_TABLES
from tests.database.database import Database
from tests.database.privileges import ACTORS, OTHERS
from tests.database.test_immutability import OTHER, SESSIONS, columns, session, verdict

READERS = {"archivist", "operator", "auditor"}
OPERATIONS = ["select", "insert", "update", "delete", "truncate", "references", "trigger", "maintain"]


@pytest.mark.parametrize("kind", SESSIONS)
@pytest.mark.parametrize("table", STORY_TABLES)
def test_no_archived_row_can_be_changed_or_removed(lived: Database, table: str, kind: str) -> None:
    # November of this history is archived.
    partition = f"{table}_2025_11"
    assert lived.value(f"select count(*) from archive.{partition}") > 0

    with session(lived, kind) as connection:
        for relation in (table, partition):
            for column, kind_of in columns(lived, table).items():
                value = OTHER[kind_of].format(column)
                statement = f"update archive.{relation} set {column} = {value}"
                assert verdict(connection, statement) == "immutable_row", statement
            for statement in (
                f"delete from archive.{relation}",
                f"truncate archive.{relation}",
                f"truncate archive.{relation} cascade",
                f"merge into archive.{relation} t using (select 1) s on true when matched then delete",
            ):
                assert verdict(connection, statement) == "immutable_row", statement


def test_every_guard_of_the_archive_is_always_on(lived: Database) -> None:
    rows = lived.rows(
        "select c.relname, array_agg(t.tgname || ' ' || t.tgenabled::text order by t.tgname) as guards"
        " from pg_class c left join pg_trigger t on t.tgrelid = c.oid"
        " where c.relnamespace = 'archive'::regnamespace and c.relkind in ('r', 'p') group by c.relname"
    )

    assert len(rows) == 2 * len(STORY_TABLES)
    for row in rows:
        assert row["guards"] == ["a_guard_row A", "a_guard_truncate A"], row["relname"]


@pytest.mark.parametrize("schema", ["archive", "history"])
def test_readers_read_and_nobody_does_anything_else(lived: Database, schema: str) -> None:
    rows = lived.rows(
        "select c.relname as name, r.role, o.operation from pg_class c,"
        " unnest(%s::text[]) as r (role), unnest(%s::text[]) as o (operation)"
        " where c.relnamespace = %s::regnamespace and c.relkind in ('r', 'p', 'v')"
        " and has_table_privilege(r.role, c.oid, o.operation)",
        [*ACTORS, *OTHERS],
        OPERATIONS,
        schema,
    )

    # Nobody has anything on a partition: policies are its parent's.
    expected = {(table, role, "select") for table in STORY_TABLES for role in READERS}
    assert {(row["name"], row["role"], row["operation"]) for row in rows} == expected


def test_row_level_security_is_on_for_every_table_and_partition_of_the_archive(lived: Database) -> None:
    rows = lived.rows(
        "select relname from pg_class where relnamespace = 'archive'::regnamespace"
        " and relkind in ('r', 'p') and not relrowsecurity"
    )
    policies = lived.rows(
        "select tablename, roles::text[] as roles, cmd from pg_policies where schemaname = 'archive'"
    )

    assert rows == []
    assert {(p["tablename"], *sorted(p["roles"]), p["cmd"]) for p in policies} == {
        (table, *sorted(READERS), "SELECT") for table in STORY_TABLES
    }


@pytest.mark.parametrize("role", sorted(READERS))
def test_a_reader_of_history_sees_archived_and_other_months_alike(lived: Database, role: str) -> None:
    with lived.acting_as(role) as connection:
        for table in STORY_TABLES:
            (row,) = connection.execute(f"select count(*) as n from history.{table}".encode())
            hot = lived.value(f"select count(*) from ledger.{table}")
            archived = lived.value(f"select count(*) from archive.{table}")
            assert row["n"] == hot + archived
            assert hot > 0 < archived


@pytest.mark.parametrize("role", sorted({*ACTORS, "anon", "authenticated", "service_role"} - READERS))
def test_nobody_else_reads_the_archive(lived: Database, role: str) -> None:
    with lived.acting_as(role, "demo-1") as connection:
        for name in (
            "archive.trade_directives",
            "archive.trade_directives_2025_11",
            "history.trade_directives",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(f"select from {name}".encode())


@pytest.mark.parametrize("role", ACTORS)
def test_nobody_writes_a_step_past_the_function(lived: Database, role: str) -> None:
    with lived.acting_as(role, "demo-1") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(
            "insert into ledger.archive_steps (month, step, details) values ('2026-01-01', 'moved', '{}')"
        )


def test_archived_rows_keep_to_the_checks_of_the_ledger(migrated: Database) -> None:
    checks = (
        "select conname, pg_get_constraintdef(oid) as rule from pg_constraint"
        " where conrelid = %s::regclass and contype in ('c', 'p', 'u') order by conname"
    )
    for table in STORY_TABLES:
        hot = migrated.rows(checks, f"ledger.{table}")
        assert [row["rule"] for row in migrated.rows(checks, f"archive.{table}")] == [
            row["rule"] for row in hot
        ]
