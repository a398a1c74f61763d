"""Reads an export back, all of it, and holds it against the ledger."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from pathlib import Path

from scripts.tools.archive.ledger import TABLES, Connection, Row, archived_rows, is_archived, leaves, rows
from scripts.tools.archive.manifest import Manifest, RowsHash, export_id, sha256_of
from scripts.tools.archive.parquet import columns_of, read_table
from scripts.tools.archive.reader import exported_rows


@dataclass(frozen=True, slots=True)
class Verified:
    """An export as it was found. `faults` is empty if it is what the ledger says it is."""

    manifest: Manifest
    export: str
    compared_with_rows: bool
    faults: tuple[str, ...]


def verify_export(connection: Connection, folder: Path) -> Verified:
    """Read every row of every file back and compare it.

    With the month's rows while the ledger has them, else with the manifest's SHA-256 that it recorded; in
    both cases with the manifest, and the journal with the leaves of the Merkle tree. Raises ArchiveError
    where there is no export at all.
    """
    manifest = Manifest.read(folder)
    here = is_archived(connection, manifest.month)
    export = export_id(folder)
    faults: list[str] = []
    if not here and export not in _recorded(connection, manifest.month):
        faults.append("the ledger has neither the month's rows nor a record of this manifest")
    for table in TABLES:
        path = folder / manifest.tables[table].file
        fault = _fault_of_file(manifest, table, path)
        if fault is None and here:
            fault = _first_difference(connection, table, manifest.month, path)
        if fault:
            faults.append(f"{table}: {fault}")
    if not faults and (fault := _fault_of_leaves(connection, folder, manifest.month)):
        faults.append(fault)
    return Verified(manifest, export, here, tuple(faults))


def _fault_of_file(manifest: Manifest, table: str, path: Path) -> str | None:
    told = manifest.tables[table]
    if not path.is_file():
        return f"the file {told.file} is missing"
    if sha256_of(path) != told.file_sha256:
        return f"the file {told.file} is not the one that was written"
    hashed = RowsHash()
    for _ in hashed.through(read_table(path)):
        pass
    if (hashed.rows, hashed.hexdigest()) != (told.rows, told.rows_sha256):
        return f"its {hashed.rows} rows are not the {told.rows} that were exported"
    return None


def _first_difference(connection: Connection, table: str, month: date, path: Path) -> str | None:
    names = [name for name, _ in columns_of(path)]
    both: Iterator[tuple[Row | None, Row | None]] = zip_longest(
        read_table(path), archived_rows(connection, table, month, names)
    )
    for number, (exported, archived) in enumerate(both, start=1):
        if exported != archived:
            return f"row {number} differs from the ledger's in {_where(names, exported, archived)}"
    return None


def _where(names: list[str], exported: Row | None, archived: Row | None) -> str:
    if exported is None or archived is None:
        return "being there at all"
    pairs = zip_longest(names, exported, archived)
    return ", ".join(str(name) for name, one, other in pairs if one != other)


def _fault_of_leaves(connection: Connection, folder: Path, month: date) -> str | None:
    """Whether the exported journal is what the Merkle tree was built of; the leaves outlive the rows."""
    exported = ((row["journal_id"], row["hash"]) for row in exported_rows(folder, "journal"))
    for row, leaf in zip_longest(exported, leaves(connection, month)):
        if row is None:
            return f"journal: row {leaf[0]} is missing, for which the Merkle tree has a leaf"
        if row != leaf:
            return f"journal: row {row[0]} is not the one that the Merkle tree has a leaf for"
    return None


def _recorded(connection: Connection, month: date) -> set[str]:
    query = "select distinct export from ledger.archive_steps where month = %s and export is not null"
    return {row["export"] for row in rows(connection, query, month)}
