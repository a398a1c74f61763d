"""Months that were dropped: their leaves stay, and their rows are read from the exports."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scripts.tools.archive.export import export_month
from scripts.tools.archive.ledger import connected
from scripts.tools.archive.manifest import Manifest, export_id
from scripts.tools.archive.parquet import Row, columns_of, read_table, write_table
from scripts.tools.evidence.verify.findings import Code
from tests.database.archiving import step
from tests.evidence import forge
from tests.evidence.conftest import Evidence


@pytest.fixture
def exports(evidence: Evidence, tmp_path: Path) -> Path:
    """The exports of a ledger whose one archived month was dropped after it was exported."""
    month: date = evidence.database.value("select max(month) from ledger.archive_steps where step = 'moved'")
    with connected(evidence.url) as connection:
        folder = export_month(connection, month, tmp_path)
    details = {"rows": Manifest.read(folder).counts()}
    for name in ("exported", "verified", "dropped"):
        more: dict[str, Any] = {} if name == "dropped" else {"p_details": details}
        assert step(evidence.database, name, month, p_export=export_id(folder), **more)["recorded"]
    return tmp_path


def rewrite(exports: Path, rows: list[Row]) -> None:
    """Give the exported journal other rows."""
    (path,) = exports.glob("*/journal.parquet")
    write_table(path, columns_of(path), rows)


def journal(exports: Path) -> list[Row]:
    (path,) = exports.glob("*/journal.parquet")
    return list(read_table(path))


def test_a_dropped_month_leaves_a_ledger_intact_and_its_rows_are_counted_as_gone(
    evidence: Evidence, exports: Path
) -> None:
    rows = len(journal(exports))
    alone, with_exports = evidence.verify(with_copy=True), evidence.verify(exports=exports)

    assert rows > 0
    assert alone.intact, list(map(str, alone.findings.kept))
    assert (alone.read.gone.total(), alone.read.exported) == (rows, 0)
    assert with_exports.intact, list(map(str, with_exports.findings.kept))
    assert (with_exports.read.gone.total(), with_exports.read.exported) == (rows, rows)


def test_an_export_that_lacks_a_row_is_named_with_its_month(evidence: Evidence, exports: Path) -> None:
    rows = journal(exports)
    rewrite(exports, rows[1:])

    (finding,) = evidence.verify(exports=exports).findings.kept

    assert finding.code == "row_missing"
    assert finding.explanation == f"1 of its {len(rows)} rows are not in the export"


def test_a_folder_without_the_export_of_a_dropped_month_is_not_taken_for_it(
    evidence: Evidence, exports: Path, tmp_path: Path
) -> None:
    (finding,) = evidence.verify(exports=tmp_path / "nowhere").findings.kept

    assert finding.code == "row_missing"


@pytest.mark.parametrize("left", [0.0, 0.5, 0.99])
def test_an_export_that_is_damaged_is_a_finding_of_its_month(
    evidence: Evidence, exports: Path, left: float
) -> None:
    (path,) = exports.glob("*/journal.parquet")
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * left)])

    findings = evidence.verify(exports=exports).findings

    assert findings.counts == {"row_missing": 1}
    assert findings.kept[0].where == f"month {path.parent.name}"
    assert "its export cannot be read on" in findings.kept[0].explanation


def test_an_export_that_is_damaged_within_is_a_finding(evidence: Evidence, exports: Path) -> None:
    (path,) = exports.glob("*/journal.parquet")
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + bytes(200) + whole[300:])

    assert "cannot be read on" in str(evidence.verify(exports=exports).findings.kept[0])


def test_a_row_that_comes_twice_does_not_stand_in_for_one_that_is_missing(
    evidence: Evidence, exports: Path
) -> None:
    rows = journal(exports)
    rewrite(exports, [rows[0], *rows[:-1]])

    assert evidence.verify(exports=exports).findings.counts == {"row_missing": 1}


def test_a_row_cannot_vanish_under_the_name_of_a_dropped_month(evidence: Evidence, exports: Path) -> None:
    # Where a leaf's row lies is not sealed by the leaf, so it can be said to lie in the dropped month.
    month = next(exports.iterdir()).name
    forge.disarm(evidence.database)
    number = evidence.database.value(
        "delete from ledger.journal where event = 'trading.resumed' and key = 'global/' returning journal_id"
    )
    evidence.database.execute(
        "update ledger.merkle_leaves set created_at = %s where journal_id = %s", f"{month}-15", number
    )
    evidence.database.execute(
        "delete from ledger.trading_halts where action = 'resumed' and scope = 'global'"
    )

    assert evidence.verify().findings.counts == {"row_missing": 1}


def test_an_edited_row_of_an_export_is_found(evidence: Evidence, exports: Path) -> None:
    (path,) = exports.glob("*/journal.parquet")
    actor = [name for name, _ in columns_of(path)].index("actor")
    rows = [tuple("nobody" if n == actor else text for n, text in enumerate(row)) for row in journal(exports)]
    rewrite(exports, rows)

    assert evidence.verify(exports=exports).findings.counts == {"row_hash_mismatch": len(rows)}


def test_a_row_of_an_export_without_a_leaf_is_found(evidence: Evidence, exports: Path) -> None:
    rows = journal(exports)
    # The last row once more, under a number that no leaf has.
    rewrite(exports, [*rows, ("999999", *rows[-1][1:])])

    assert evidence.verify(exports=exports).findings.counts == {"leaf_missing": 1}


def test_a_month_that_was_removed_without_a_word_is_missing(evidence: Evidence) -> None:
    rows = evidence.database.value("select count(*) from archive.journal")
    forge.disarm(evidence.database)
    evidence.database.execute("delete from archive.journal")

    assert evidence.verify().findings.counts[Code.ROW_MISSING] == rows
