"""From the export alone the archived month comes back exactly, into any ledger."""

import pytest
from pyarrow import parquet

from scripts.tools.archive import restore as restoring
from scripts.tools.archive.ledger import TABLES, ArchiveError
from tests.archive.conftest import Ledger
from tests.database import chain

CONTENT = "select row_to_json(t)::text as row from archive.{} t order by 1"


def contents(ledger: Ledger) -> dict[str, list[str]]:
    """Every archived row of every table."""
    return {table: [row["row"] for row in ledger.database.rows(CONTENT.format(table))] for table in TABLES}


def restored(ledger: Ledger, source: Ledger) -> str:
    return ledger.run("restore", "--from", str(source.folder), "--month", "2026-01").stdout


def test_an_empty_ledger_gets_the_month_row_for_row(ledger: Ledger, empty: Ledger) -> None:
    ledger.exported()

    assert "restored" in restored(empty, ledger)

    assert contents(empty) == contents(ledger)
    assert all(contents(empty).values())


def test_what_is_restored_reads_alike_in_every_byte_that_was_hashed(ledger: Ledger, empty: Ledger) -> None:
    ledger.exported()
    restored(empty, ledger)

    rows = empty.database.rows(chain.READ.replace("ledger.journal", "archive.journal"))
    assert rows
    assert chain.faults(rows) == []


def test_a_dropped_month_comes_back_into_its_own_ledger(ledger: Ledger) -> None:
    before = contents(ledger)
    ledger.dropped()
    assert not any(contents(ledger).values())

    restored(ledger, ledger)

    assert contents(ledger) == before
    assert ledger.steps()[-1] == "restored"


def test_columns_that_a_migration_added_since_do_not_keep_a_month_from_coming_back(ledger: Ledger) -> None:
    ledger.exported()
    for schema in ("ledger", "archive"):
        ledger.database.execute(f"alter table {schema}.risk_decisions add column later integer")

    assert "verified" in ledger.run("verify", "--from", str(ledger.folder), "--month", "2026-01").stdout
    ledger.run("drop", "--from", str(ledger.folder), "--month", "2026-01", "--yes")
    assert "restored" in restored(ledger, ledger)


def test_restored_twice_nothing_happens(ledger: Ledger, empty: Ledger) -> None:
    ledger.exported()
    restored(empty, ledger)
    before = contents(empty), empty.steps()

    assert "is there, equal" in restored(empty, ledger)

    assert (contents(empty), empty.steps()) == before


def test_a_restored_month_can_be_exported_to_the_same_files(ledger: Ledger, empty: Ledger) -> None:
    original = ledger.exported()
    restored(empty, ledger)

    again = empty.exported()

    for table in TABLES:
        name = f"{table}.parquet"
        assert (again / name).read_bytes() == (original / name).read_bytes()


def test_signals_of_a_restored_month_are_known_to_be_archived(ledger: Ledger, empty: Ledger) -> None:
    ledger.exported()
    restored(empty, ledger)

    assert empty.database.value("select ledger.story_archived('2026-01-31 23:59:59Z')")
    assert not empty.database.value("select ledger.story_archived('2026-02-01 00:00:00Z')")


@pytest.mark.parametrize("table", TABLES)
def test_interrupted_nothing_of_the_month_is_there_and_the_next_run_restores_it(
    ledger: Ledger, empty: Ledger, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.exported()
    real = restoring._fill

    class Killed(BaseException):
        pass

    def fill(owner: object, manifest: object, name: str, folder: object) -> None:
        if name == table:
            raise Killed
        real(owner, manifest, name, folder)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(restoring, "_fill", fill)
        with pytest.raises(Killed):
            restored(empty, ledger)
    assert not any(contents(empty).values())
    assert empty.steps() == []

    restored(empty, ledger)
    assert contents(empty) == contents(ledger)


def test_files_that_were_changed_are_not_restored(ledger: Ledger, empty: Ledger) -> None:
    path = ledger.exported() / "journal.parquet"
    parquet.write_table(parquet.read_table(path).slice(1), path)

    with pytest.raises(ArchiveError, match="not the file that was written"):
        restored(empty, ledger)
    assert not any(contents(empty).values())


def test_a_month_that_is_still_in_the_ledger_is_not_restored_over(ledger: Ledger, empty: Ledger) -> None:
    ledger.exported()
    empty.database.execute("select ledger.premake_partitions('2026-01-01', 1)")

    with pytest.raises(ArchiveError, match="month_present"):
        restored(empty, ledger)


def test_a_month_that_was_edited_in_the_archive_is_said_to_differ(ledger: Ledger) -> None:
    ledger.exported()
    with ledger.database.connect("supabase_admin") as owner:
        owner.execute("alter table archive.signal_outbox_2026_01 disable trigger a_guard_row")
        owner.execute("update archive.signal_outbox set strength = 1")

    with pytest.raises(ArchiveError, match="other rows than the export's"):
        restored(ledger, ledger)
