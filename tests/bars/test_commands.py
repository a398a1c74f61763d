"""`scripts/distort bars import | export | gaps` on a real ledger: repeated, killed midway, restated."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from functions.contract.bar import Bar
from functions.contract.scalars import timestamp_text
from scripts.tools.bars import importing
from scripts.tools.bars.cli import app
from scripts.tools.demo.bars_file import read_bars, sample_file
from scripts.tools.operator.ledger import Operator
from tests.support.project import Project

COUNT = 1_200


@pytest.fixture
def desk(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    for name, value in project.environment().items():
        monkeypatch.setenv(name, value)
    return project


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The first bars of the real sample."""
    made = tmp_path / "EURUSD.csv"
    made.write_text("".join(sample_file().read_text().splitlines(keepends=True)[: COUNT + 1]))
    return made


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words))
    return result.exit_code, result.stdout


def imported(*words: str) -> dict[str, Any]:
    code, said = run("import", *words, "--json")
    assert code == 0, said
    document: dict[str, Any] = json.loads(said)
    return {name: document[name] for name in ("recorded", "duplicates", "restated")}


def test_a_file_imported_twice_is_stored_once(desk: Project, file: Path) -> None:
    assert imported(str(file)) == {"recorded": COUNT, "duplicates": 0, "restated": 0}
    before = desk.contents()
    assert imported(str(file)) == {"recorded": 0, "duplicates": COUNT, "restated": 0}
    assert desk.contents() == before


def test_an_import_killed_in_the_middle_is_completed_by_the_next(
    desk: Project, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, calls = Operator.store_bars, 0

    def dies(self: Operator, bars: Sequence[Bar], account_id: str | None = None) -> dict[str, Any]:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt
        return store(self, bars, account_id)

    with monkeypatch.context() as patched:
        patched.setattr(Operator, "store_bars", dies)
        assert run("import", str(file))[0] != 0
    known = importing.BATCH_BARS
    assert imported(str(file)) == {"recorded": COUNT - known, "duplicates": known, "restated": 0}


def test_bars_of_an_account_are_stored_as_its_own(desk: Project, file: Path) -> None:
    desk.open_account("demo-1")
    assert imported(str(file), "--source", "account:demo-1")["recorded"] == COUNT
    [row] = desk.rows("select distinct source from ledger.bars")
    assert row["source"] == "account:demo-1"


def test_what_is_exported_is_what_was_imported_and_newest_versions_only(desk: Project, file: Path) -> None:
    imported(str(file))
    bars = read_bars(file, "EURUSD", "H1").bars
    changed = bars[0].model_copy(update={"tick_volume": bars[0].tick_volume + 1})
    desk.call("feed", "store_bars", p_bars=[changed.model_dump(mode="json")])

    code, said = run("export", "EURUSD", "H1", "--database", desk.admin_url)
    assert code == 0
    rows = list(csv.DictReader(io.StringIO(said)))
    assert [row["opened_at"] for row in rows] == [timestamp_text(bar.opened_at) for bar in bars]
    assert [int(row["tick_volume"]) for row in rows] == [changed.tick_volume] + [
        bar.tick_volume for bar in bars[1:]
    ]
    _, everything = run("export", "EURUSD", "H1", "--database", desk.admin_url, "--all-versions")
    assert len(everything.splitlines()) == COUNT + 2


def test_gaps_names_a_bar_that_is_missing_and_fails(desk: Project, file: Path) -> None:
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:11] + lines[12:31]))
    imported(str(file))
    missing = timestamp_text(read_bars(sample_file(), "EURUSD", "H1").bars[10].opened_at)

    code, said = run("gaps", "EURUSD", "H1", "--database", desk.admin_url, "--json")
    document = json.loads(said)
    assert (code, document["bars"], document["missing"]) == (1, 29, 1)
    assert [(gap["from"], gap["count"]) for gap in document["gaps"]] == [(missing, 1)]


def test_times_of_a_server_become_utc_on_both_sides_of_a_change() -> None:
    bars = read_bars(sample_file(), "EURUSD", "H1").bars[:1]
    clock = bars[0].opened_at
    for month, hours in ((1, 2), (7, 3)):
        one = bars[0].model_copy(update={"opened_at": clock.replace(month=month)})
        for zone in (importing.NEW_YORK_CLOSE, "Europe/Athens"):
            [made] = importing.in_utc([one], zone)
            assert (one.opened_at - made.opened_at).total_seconds() == hours * 3600
