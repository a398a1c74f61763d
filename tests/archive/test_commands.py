"""The commands of `scripts/distort archive`, run as typed, from living months to dropped ones."""

import json
from pathlib import Path

import pytest

from scripts.tools.archive.ledger import ArchiveError
from tests.archive.conftest import Ledger
from tests.database.database import Database
from tests.database.story import publish, signal, uuid_of
from tests.support.clock import after

AT = ("--at", "2026-07-15T12:00:00+00:00")


def drop(ledger: Ledger) -> None:
    """Drop January on the strength of its export."""
    ledger.run("drop", "--from", str(ledger.folder), "--month", "2026-01", "--yes")


def publish_in_february(database: Database) -> None:
    moments = {"created_at": "2026-02-09T12:00:00Z", "expires_at": "2026-02-09T13:00:00Z"}
    assert publish(database, signal("of February", **moments), at=after(days=35)) == ["published"]


def test_run_archives_what_is_over_and_names_what_keeps_a_month(ledger: Ledger) -> None:
    publish_in_february(ledger.database)

    result = ledger.run("run", *AT, "--json", fails=True)

    months = {month["month"]: month for month in json.loads(result.stdout)}
    assert {name for name, month in months.items() if month["step"] == "moved"} == {
        "2025-11",
        "2025-12",
        "2026-03",
    }
    assert (months["2026-02"]["step"], months["2026-02"]["waits_for"]) == (None, "open_stories")
    assert [story["signal_id"] for story in months["2026-02"]["open_stories"]] == [uuid_of("of February")]


def test_run_says_for_people_which_story_keeps_which_month(ledger: Ledger) -> None:
    publish_in_february(ledger.database)

    text = ledger.run("run", *AT, fails=True).stdout

    assert "2025-11: moved" in text
    assert "2026-02: stays, 1 reasons" in text
    assert f"signal_pending: {uuid_of('of February')} EURUSD 2026-02-09T12:00:00Z" in text


def test_run_twice_finds_nothing(ledger: Ledger) -> None:
    ledger.run("run", *AT)

    assert ledger.run("run", *AT).stdout == "no month is due\n"


def test_status_tells_where_each_month_is(ledger: Ledger) -> None:
    publish_in_february(ledger.database)

    lines = ledger.run("status", *AT).stdout.splitlines()

    assert lines[:4] == ["2025-11: due", "2025-12: due", "2026-01: moved", "2026-02: stays, 1 reasons"]
    assert lines[4].strip().startswith(f"signal_pending: {uuid_of('of February')}")
    ledger.exported()
    months = {month["month"]: month for month in json.loads(ledger.run("status", *AT, "--json").stdout)}
    assert (months["2026-01-01"]["step"], len(months["2026-01-01"]["export"])) == ("exported", 64)


def test_a_month_is_not_dropped_before_its_export_was_read_back(ledger: Ledger) -> None:
    for step in ("nothing", "exported"):
        if step == "exported":
            ledger.exported()
        with pytest.raises(ArchiveError, match="no verified export: nothing was dropped"):
            drop(ledger)

    assert ledger.database.value("select count(*) from archive.journal") > 0


def test_a_month_is_not_dropped_when_its_verified_export_has_changed_since(ledger: Ledger) -> None:
    ledger.exported()
    ledger.run("verify", "--from", str(ledger.folder))
    path = ledger.month / "journal.parquet"
    path.write_bytes(path.read_bytes()[:-1])

    with pytest.raises(ArchiveError, match="has not the verified export of 2026-01: nothing was dropped"):
        drop(ledger)
    assert ledger.database.value("select count(*) from archive.journal") > 0


def test_dropped_twice_it_is_dropped_once(ledger: Ledger) -> None:
    ledger.dropped()

    drop(ledger)

    assert ledger.steps().count("dropped") == 1
    assert ledger.database.value("select to_regclass('archive.journal_2026_01') is null")


def test_the_export_of_a_month_that_was_dropped_is_verified_as_long_as_it_is_kept(ledger: Ledger) -> None:
    ledger.dropped()
    steps = ledger.steps()

    intact = ledger.run("verify", "--from", str(ledger.folder))
    path = ledger.month / "journal.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    damaged = ledger.run("verify", "--from", str(ledger.folder), fails=True)

    assert intact.stdout == "2026-01: verified\n"
    assert "journal: the file journal.parquet is not the one that was written" in damaged.stdout
    assert ledger.steps() == steps


def test_verified_twice_it_is_said_so_once(ledger: Ledger) -> None:
    ledger.exported()

    told = [ledger.run("verify", "--from", str(ledger.folder)).stdout for _ in range(2)]

    assert told == ["2026-01: verified\n"] * 2
    assert ledger.steps().count("verified") == 1


def test_without_a_yes_nothing_is_dropped(ledger: Ledger) -> None:
    ledger.exported()
    ledger.run("verify", "--from", str(ledger.folder))

    ledger.run("drop", "--from", str(ledger.folder), "--month", "2026-01", fails=True)

    assert ledger.steps()[-1] == "verified"


@pytest.mark.parametrize("name", ["2026-13", "January", "2026-01-01"])
def test_a_month_is_written_in_one_way(ledger: Ledger, name: str, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=f"{name} is no month"):
        ledger.run("export", "--to", str(tmp_path), "--month", name)


def test_a_ledger_that_is_not_there_is_said_to_be_away(ledger: Ledger) -> None:
    away = Ledger(ledger.database, "postgresql://nobody@127.0.0.1:1/none", ledger.folder)

    with pytest.raises(ArchiveError, match="cannot be asked"):
        away.run("status")
