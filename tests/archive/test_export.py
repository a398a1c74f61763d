"""An export holds every row of a month exactly, and is whole or not there."""

import hashlib
import json
from datetime import date
from pathlib import Path

import pytest
from pyarrow import parquet

from scripts.tools.archive import export as exporting
from scripts.tools.archive.ledger import TABLES, ArchiveError, Connection
from scripts.tools.archive.reader import exported_rows
from tests.archive.conftest import AWKWARD, Ledger

MONTH = date(2026, 1, 1)


def test_every_value_of_every_row_is_exported_as_postgresql_writes_it(ledger: Ledger) -> None:
    folder = ledger.exported()
    ledger.database.execute("set timezone = 'UTC'")

    for table in TABLES:
        exported = list(exported_rows(folder, table))
        texts = ", ".join(f"{name}::text as {name}" for name in exported[0])
        rows = ledger.database.rows(f"select {texts} from archive.{table}")  # noqa: S608
        assert sorted(map(json.dumps, exported)) == sorted(map(json.dumps, rows)), table


def test_the_awkward_values_are_in_it(ledger: Ledger) -> None:
    folder = ledger.exported()

    events = list(exported_rows(folder, "execution_events"))
    assert AWKWARD in [row["message"] for row in events]
    assert "18446744073709551615" in [row["order_ticket"] for row in events]
    # Not 0.3: how a number was written is part of the evidence.
    assert {"0.30", "0.3"} <= {row["volume_lots"] for row in events}
    assert "-0.0000001" in [row["swap"] for row in events]
    assert "{never_acknowledged}" in [row["anomalies"] for row in events]
    acknowledged = [row["acknowledged_at"] for row in exported_rows(folder, "directive_acknowledgements")]
    assert "2026-01-05 12:00:01.000007+00" in acknowledged


def test_payloads_are_the_very_bytes_that_were_hashed(ledger: Ledger) -> None:
    folder = ledger.exported()

    hashed = {row["journal_id"]: row["payload"] for row in exported_rows(folder, "journal")}
    rows = ledger.database.rows(
        "select journal_id::text as id, payload::text as payload from archive.journal"
    )
    assert {row["id"]: row["payload"] for row in rows} == hashed


def test_moments_and_counts_have_types_that_other_tools_understand(ledger: Ledger) -> None:
    schema = parquet.read_schema(ledger.exported() / "journal.parquet")

    kinds = {field.name: str(field.type) for field in schema}
    assert (kinds["created_at"], kinds["journal_id"], kinds["hash"]) == (
        "timestamp[us, tz=UTC]",
        "int64",
        "binary",
    )
    assert schema.field("payload").metadata[b"postgres_type"] == b"json"


def test_the_manifest_tells_what_is_in_the_files_and_what_proves_it(ledger: Ledger) -> None:
    folder = ledger.exported()
    manifest = json.loads((folder / "manifest.json").read_text())

    assert (manifest["month"], manifest["format_version"], manifest["contract_versions"]) == (
        "2026-01-01",
        1,
        [1],
    )
    for table in TABLES:
        told = manifest["tables"][table]
        assert told["rows"] == ledger.database.value(f"select count(*) from archive.{table}")  # noqa: S608
        assert told["file_sha256"] == hashlib.sha256((folder / told["file"]).read_bytes()).hexdigest()
    covering = ledger.database.value(
        "select min(checkpoint_no) from ledger.checkpoints where tree_size > (select max(leaf_no)"
        " from ledger.merkle_leaves where journal_id in (select journal_id from archive.journal))"
    )
    assert manifest["checkpoint"]["checkpoint_no"] == covering
    newest = max(path.name[:14] for path in Path("supabase/migrations").glob("*.sql"))
    assert manifest["migration"] == newest


def test_the_ledger_notes_the_manifest(ledger: Ledger) -> None:
    folder = ledger.exported()

    (row,) = ledger.database.rows("select export, details from ledger.archive_steps where step = 'exported'")
    assert row["export"] == hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    assert row["details"]["place"] == str(ledger.folder)


def test_exported_twice_it_stays_as_it_is(ledger: Ledger) -> None:
    folder = ledger.exported()
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}

    ledger.run("export", "--to", str(ledger.folder), "--month", "2026-01")

    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    assert ledger.steps().count("exported") == 1


@pytest.mark.parametrize("name", ["journal.parquet", "manifest.json"])
@pytest.mark.parametrize("damage", ["shortened", "gone"])
def test_an_export_that_was_damaged_is_written_again_and_the_damaged_one_kept(
    ledger: Ledger, name: str, damage: str
) -> None:
    folder = ledger.exported()
    whole = {path.name: path.read_bytes() for path in folder.iterdir()}
    if damage == "gone":
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(whole[name][:-1])

    ledger.run("export", "--to", str(ledger.folder), "--month", "2026-01")

    assert {path.name: path.read_bytes() for path in folder.iterdir()} == whole
    assert (ledger.folder / ".2026-01.damaged").is_dir()
    assert ledger.steps().count("exported") == 1


def test_the_same_month_has_the_same_manifest_wherever_it_is_exported(ledger: Ledger, tmp_path: Path) -> None:
    first = ledger.exported()
    ledger.run("export", "--to", str(tmp_path / "again"), "--month", "2026-01")

    assert (tmp_path / "again/2026-01/manifest.json").read_bytes() == (first / "manifest.json").read_bytes()
    assert ledger.steps().count("exported") == 1


@pytest.mark.parametrize("table", [*TABLES, "manifest"])
def test_killed_in_the_middle_there_is_no_export_and_the_next_run_makes_it(
    ledger: Ledger, archivist: Connection, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def dies(*arguments: object) -> None:
        raise Killed

    name = "_about" if table == "manifest" else "_exported"
    real = getattr(exporting, name)
    with monkeypatch.context() as patched:
        patched.setattr(
            exporting, name, lambda c, t, *rest: dies() if t in (table, MONTH) else real(c, t, *rest)
        )
        with pytest.raises(Killed):
            exporting.export_month(archivist, MONTH, ledger.folder)
    assert not ledger.month.exists()
    assert ledger.steps()[-1] == "moved"

    ledger.exported()

    assert ledger.steps()[-1] == "exported"
    assert {path.name for path in ledger.folder.iterdir()} == {"2026-01"}


def test_killed_before_the_ledger_notes_it_the_next_run_notes_it(
    ledger: Ledger, archivist: Connection
) -> None:
    exporting.export_month(archivist, MONTH, ledger.folder)
    assert ledger.steps()[-1] == "moved"

    ledger.exported()

    assert ledger.steps()[-1] == "exported"


def test_a_month_that_is_not_archived_is_not_exported(ledger: Ledger) -> None:
    with pytest.raises(ArchiveError, match="2026-02 is not in the archive"):
        ledger.run("export", "--to", str(ledger.folder), "--month", "2026-02")


def test_a_moment_that_no_calendar_has_stops_the_export(ledger: Ledger) -> None:
    with ledger.database.connect("supabase_admin") as owner:
        owner.execute("alter table archive.signal_outbox_2026_01 disable trigger a_guard_row")
        owner.execute("update archive.signal_outbox set expires_at = 'infinity'")

    with pytest.raises(ArchiveError, match="signal_outbox of 2026-01 cannot be exported"):
        ledger.exported()
    assert not ledger.month.exists()
