"""Migrations by the real Supabase CLI, and its advisors."""

from pathlib import Path

import psycopg
import pytest

from scripts.tools.checks.advisors import advise
from scripts.tools.stack import Stack, StackError, migrations
from scripts.tools.stack.paths import PROJECT
from tests.stack.commands import distort


@pytest.fixture
def bare() -> "Stack":
    return Stack(migrations=False, postgrest=False, functions=False)


def test_migrations_are_applied_once_and_written_down(bare: Stack, tmp_path: Path) -> None:
    with bare as stack:
        migrations.migrate(stack.database_url, tmp_path)
        migrations.migrate(stack.database_url, tmp_path)
        with psycopg.connect(stack.database_url) as connection:
            applied = connection.execute(
                "select version from supabase_migrations.schema_migrations"
            ).fetchall()
    files = (PROJECT / "supabase" / "migrations").glob("*.sql")
    assert sorted(version for (version,) in applied) == sorted(file.name.split("_")[0] for file in files)


def test_a_failing_migration_is_quoted(bare: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "project" / "supabase" / "migrations"
    folder.mkdir(parents=True)
    (folder.parent / "config.toml").write_text('project_id = "test"\n')
    (folder / "20260101000000_wrong.sql").write_text("select * from there_is_no_such_table;")
    monkeypatch.setattr(migrations, "PROJECT", tmp_path / "project")
    with bare as stack, pytest.raises(StackError, match="there_is_no_such_table"):
        migrations.migrate(stack.database_url, tmp_path / "work")


def test_the_advisors_object_to_a_table_everyone_may_read() -> None:
    table = "create schema api; create table api.open_to_all (id bigint primary key);"
    grant = "grant usage on schema api to anon; grant select on api.open_to_all to anon"
    assert "open_to_all" in advise(lambda message: None, migrations=False, first=f"{table}{grant}")


def test_the_advisors_and_squawk_find_nothing_in_our_migrations() -> None:
    done = distort("check", "advisors")
    assert (done.returncode, done.stdout) == (0, "nothing found\n"), done.stdout
