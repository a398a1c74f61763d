"""docs/database.md says what the database is."""

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.tools import database_docs
from tests.database.database import Database


@pytest.fixture(scope="module")
def rendered(migrated: Database) -> str:
    with migrated.connect() as owner:
        return database_docs.render(owner)


def test_the_committed_document_is_current(rendered: str) -> None:
    assert database_docs.DOCUMENT.read_text(encoding="utf-8") == rendered, f"Run: {database_docs.COMMAND}"


def test_the_document_is_the_same_whoever_writes_it_and_whatever_has_happened(
    rendered: str, lived: Database, clone: Database
) -> None:
    with clone.connect("supabase_admin") as superuser:
        assert database_docs.render(superuser) == rendered


def test_the_lifecycles_are_drawn_as_they_are(rendered: str) -> None:
    assert "    [*] --> pending: director" in rendered
    assert "    pending --> cancelled: archivist, director, officer, operator" in rendered
    assert "    acknowledged --> completed: officer, operator" in rendered
    assert "    completed --> [*]" in rendered
    assert "    acknowledged --> [*]" not in rendered


def test_every_table_and_every_door_has_its_place(rendered: str, migrated: Database) -> None:
    for table in migrated.tables():
        assert f"\n### {table}\n" in rendered
    doors = migrated.rows("select proname from pg_proc where pronamespace = 'api'::regnamespace")
    for door in doors:
        assert f"| `{door['proname']}(" in rendered


def test_the_privileges_name_the_columns_that_may_be_updated(rendered: str) -> None:
    privileges = rendered.split("## Privileges")[1].split("## ")[0]
    (line,) = [line for line in privileges.splitlines() if line.startswith("| `trade_directives` |")]

    cells = [cell.strip() for cell in line.strip("|").split("|")]
    by_role = dict(zip(database_docs.ROLES, cells[1:], strict=True))
    assert by_role["officer"] == "select, update (status)"
    assert by_role["feed"] == ""


def test_a_stale_document_is_told_and_not_touched(
    rendered: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stale = tmp_path / "database.md"
    stale.write_text(rendered.replace("# The database", "# Something else"))
    monkeypatch.setattr(database_docs, "DOCUMENT", stale)

    assert database_docs._check(rendered) == 1
    assert "+# The database" in capsys.readouterr().err
    assert stale.read_text().startswith("# Something else")
    stale.write_text(rendered)
    assert database_docs._check(rendered) == 0


def test_the_writer_explains_itself() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scripts.tools.database_docs", "--help"],
        capture_output=True,
        text=True,
        check=True,
        cwd=database_docs.DOCUMENT.parents[1],
    )

    assert "--check" in done.stdout
