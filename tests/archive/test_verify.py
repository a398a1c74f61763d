"""Verifying reads everything back: whatever differs by one value is found and named."""

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet

from scripts.tools.archive.ledger import TABLES, ArchiveError
from scripts.tools.archive.manifest import sha256_of
from tests.archive.conftest import Ledger


def verified(ledger: Ledger, *, fails: bool = False) -> list[str]:
    """The faults that the command finds in January's export."""
    arguments = ("verify", "--from", str(ledger.folder), "--month", "2026-01", "--json")
    (found,) = json.loads(ledger.run(*arguments, fails=fails).stdout)
    faults: list[str] = found["faults"] if fails else found.get("faults", [])
    return faults


def edit(path: Path, column: str, row: int, value: object) -> None:
    """Change one value of a file and write it as it was written."""
    table = parquet.read_table(path)
    values = table[column].to_pylist()
    values[row] = value
    field = table.schema.field(column)
    place = table.schema.get_field_index(column)
    parquet.write_table(table.set_column(place, field, pyarrow.array(values, field.type)), path)


def forge(folder: Path, table: str) -> None:
    """Make the manifest agree with a file that was changed."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["tables"][table]["file_sha256"] = sha256_of(folder / f"{table}.parquet")
    path.write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n")


def test_an_export_that_is_the_month_is_verified(ledger: Ledger) -> None:
    ledger.exported()

    assert verified(ledger) == []
    assert ledger.steps()[-1] == "verified"


def test_verified_twice_it_is_noted_once(ledger: Ledger) -> None:
    ledger.exported()
    verified(ledger)

    assert verified(ledger) == []
    assert ledger.steps().count("verified") == 1


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("signal_outbox", "strength", "0.80"),
        ("risk_decisions", "reason", "spread"),
        ("trade_directives", "volume_lots", "3"),
        ("directive_acknowledgements", "takeover", True),
        ("execution_events", "price", "1.10"),
        ("journal", "payload", "{}"),
    ],
)
def test_one_edited_value_is_found_by_the_file_s_hash(
    ledger: Ledger, table: str, column: str, value: object
) -> None:
    edit(ledger.exported() / f"{table}.parquet", column, 0, value)

    (fault,) = verified(ledger, fails=True)

    assert fault == f"{table}: the file {table}.parquet is not the one that was written"
    assert ledger.steps()[-1] == "exported"


def test_an_edited_value_under_an_edited_file_hash_is_found_by_the_hash_of_the_rows(ledger: Ledger) -> None:
    folder = ledger.exported()
    edit(folder / "execution_events.parquet", "price", 0, "1.10")
    forge(folder, "execution_events")

    (fault,) = verified(ledger, fails=True)

    assert "are not the" in fault


def test_an_export_forged_throughout_is_found_by_the_rows_of_the_ledger(ledger: Ledger) -> None:
    folder = ledger.exported()
    # The month is edited in the database and exported again: files and manifest agree with each other.
    with ledger.database.connect("supabase_admin") as owner:
        owner.execute("alter table archive.execution_events_2026_01 disable trigger a_guard_row")
        owner.execute("update archive.execution_events set price = 9 where price = 1.1")
    other = ledger.folder / "other"
    ledger.run("export", "--to", str(other), "--month", "2026-01")
    with ledger.database.connect("supabase_admin") as owner:
        owner.execute("update archive.execution_events set price = 1.1 where price = 9")
    for path in (other / "2026-01").iterdir():
        path.replace(folder / path.name)

    (fault,) = verified(ledger, fails=True)

    assert "execution_events: row" in fault
    assert "differs from the ledger's in price" in fault


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("update archive.journal set hash = sha256('x') where sequence = 3", "is not the one"),
        (
            "delete from archive.journal where journal_id = (select max(journal_id) from archive.journal)",
            "is missing",
        ),
    ],
    ids=["edited", "deleted"],
)
def test_a_month_whose_journal_was_changed_before_it_was_exported_is_found_by_its_leaves(
    ledger: Ledger, change: str, said: str
) -> None:
    with ledger.database.connect("supabase_admin") as owner:
        owner.execute("alter table archive.journal_2026_01 disable trigger a_guard_row")
        owner.execute(change.encode())
    ledger.exported()

    (fault,) = verified(ledger, fails=True)

    assert fault.startswith("journal: row")
    assert said in fault


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: (folder / "journal.parquet").unlink(), "the file journal.parquet is missing"),
        (
            lambda folder: (folder / "journal.parquet").write_bytes(b"PAR1"),
            "the file journal.parquet is not the one that was written",
        ),
    ],
    ids=["missing", "cut"],
)
def test_a_file_that_is_gone_or_cut_is_found(
    ledger: Ledger, spoil: Callable[[Path], object], said: str
) -> None:
    spoil(ledger.exported())

    assert verified(ledger, fails=True) == [f"journal: {said}"]


def test_a_row_that_is_missing_is_found(ledger: Ledger) -> None:
    folder = ledger.exported()
    path = folder / "risk_decisions.parquet"
    parquet.write_table(parquet.read_table(path).slice(1), path)
    forge(folder, "risk_decisions")

    (fault,) = verified(ledger, fails=True)

    assert fault.startswith("risk_decisions: its")


def test_a_dropped_month_is_verified_by_its_manifest_and_the_leaves_that_stayed(ledger: Ledger) -> None:
    ledger.dropped()

    assert verified(ledger) == []
    assert ledger.steps()[-1] == "dropped"


def test_an_export_of_a_dropped_month_with_another_manifest_is_none(ledger: Ledger) -> None:
    folder = ledger.dropped()
    edit(folder / "execution_events.parquet", "price", 0, "1.10")
    forge(folder, "execution_events")

    faults = verified(ledger, fails=True)

    assert "the ledger has neither the month's rows nor a record of this manifest" in faults


@pytest.mark.parametrize("content", [None, "{}", "[]", "not json"])
def test_without_a_manifest_there_is_no_export(ledger: Ledger, content: str | None) -> None:
    path = ledger.exported() / "manifest.json"
    path.unlink()
    if content is not None:
        path.write_text(content)

    with pytest.raises(ArchiveError, match="manifest"):
        verified(ledger)


def test_every_table_has_a_file(ledger: Ledger) -> None:
    names = {path.name for path in ledger.exported().iterdir()}

    assert names == {"manifest.json", *(f"{table}.parquet" for table in TABLES)}
