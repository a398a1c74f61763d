"""Reads journal rows of months that were dropped from their exports, and holds them against their leaves."""

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, LiteralString

from scripts.tools.archive.parquet import Row, columns_of, read_table
from scripts.tools.evidence.auditor import BATCH_ROWS, Connection, rows
from scripts.tools.evidence.entries import Entry
from scripts.tools.evidence.verify.findings import Code, Findings
from scripts.tools.evidence.verify.leaves import Step, check

_LEAVES: LiteralString = """
    select journal_id, to_char(created_at, 'YYYY-MM') as month, row_hash
    from ledger.merkle_leaves where journal_id = any (%s)
"""


class _DamagedError(Exception):
    """An export is not, or not to its end, the file that was written."""


def read_exported(
    connection: Connection, folder: Path, gone: Mapping[str, int], findings: Findings, step: Step
) -> int:
    """Check every exported row of the months that were dropped; returns how many there are.

    folder: what was exported, a folder for each month. gone: how many leaves of each month (`2026-01`) are
    without their rows. That a row has the hash its leaf has proves its place in its chain, too.
    """
    return sum(_read(connection, folder, month, gone[month], findings, step) for month in gone)


def _read(
    connection: Connection, folder: Path, month: str, leaves: int, findings: Findings, step: Step
) -> int:
    """Check the export of one month, as far as it can be read; returns how many rows that are."""
    count, found, last, unread = 0, 0, 0, ""
    try:
        for batch in _batches(folder / month / "journal.parquet"):
            count += len(batch)
            proven = _proven(connection, month, batch, findings)
            # An export is in the order of its numbers: a row that comes twice counts once.
            for entry in batch:
                found += entry.journal_id in proven and entry.journal_id > last
                last = max(last, entry.journal_id)
                step()
    except _DamagedError as error:
        unread = f"; its export cannot be read on: {error}"
    if found < leaves or unread:
        explanation = f"{leaves - found} of its {leaves} rows are not in the export{unread}"
        findings.add(Code.ROW_MISSING, f"month {month}", explanation)
    return count


def _proven(connection: Connection, month: str, batch: list[Entry], findings: Findings) -> set[int]:
    """Check some rows; returns the numbers of those that have a leaf of that month."""
    numbers = [entry.journal_id for entry in batch]
    leaves = {
        leaf["journal_id"]: leaf["row_hash"]
        for leaf in rows(connection, _LEAVES, numbers)
        if leaf["month"] == month
    }
    for entry in batch:
        check(entry, findings)
        if entry.journal_id not in leaves:
            explanation = "the export has this row, the tree has no leaf for it"
            findings.add(Code.LEAF_MISSING, entry.place, explanation, journal_id=entry.journal_id)
        elif leaves[entry.journal_id] != entry.hash:
            explanation = "its leaf has another hash than the export"
            findings.add(Code.LEAF_MISMATCH, entry.place, explanation, journal_id=entry.journal_id)
    return set(leaves)


def _batches(path: Path) -> Iterator[list[Entry]]:
    """The rows of an export, some at a time; none if there is no such file. Raises _DamagedError."""
    if not path.exists():
        return
    try:
        names = [name for name, _ in columns_of(path)]
        texts = read_table(path)
        while batch := [_entry(names, row) for row in islice(texts, BATCH_ROWS)]:
            yield batch
    # All that pyarrow raises for bytes that are no Parquet file, and for a file with other columns than ours.
    except (OSError, ValueError, TypeError, LookupError, NotImplementedError) as error:
        raise _DamagedError(error) from None


def _entry(names: list[str], row: Row) -> Entry:
    told: dict[str, Any] = dict(zip(names, row, strict=True))
    for name in ("journal_id", "sequence", "contract_version"):
        told[name] = int(told[name])
    for name in ("previous_hash", "hash"):
        told[name] = told[name] and bytes.fromhex(told[name].removeprefix("\\x"))
    return Entry(**{name: told[name] for name in Entry._fields})
