"""Brings an exported month back into schema archive, row for row."""

import json
from pathlib import Path

from psycopg import sql

from scripts.tools.archive.ledger import (
    TABLES,
    ArchiveError,
    Connection,
    archived_rows,
    columns,
    is_archived,
    partition,
)
from scripts.tools.archive.manifest import Manifest, RowsHash, export_id, sha256_of
from scripts.tools.archive.parquet import columns_of, read_table


def restore_month(owner: Connection, folder: Path) -> Manifest | None:
    """Restore one month's export as the owner of the database; None if it is there already, equal.

    One transaction, which is undone unless what was written reads back as what was exported. Raises
    ArchiveError.
    """
    manifest = Manifest.read(folder)
    if is_archived(owner, manifest.month):
        _require_equal(
            owner, manifest, folder, "is in the archive already, with other rows than the export's"
        )
        return None
    with owner.transaction():
        owner.execute(
            "select ledger.restore_month(%s, %s, %s)",
            (manifest.month, export_id(folder), json.dumps({"rows": manifest.counts()})),
        )
        for table in TABLES:
            _fill(owner, manifest, table, folder)
        _require_equal(owner, manifest, folder, "was not restored: its rows read back otherwise")
    return manifest


def _fill(owner: Connection, manifest: Manifest, table: str, folder: Path) -> None:
    path = _file(manifest, table, folder)
    exported, held = columns_of(path), columns(owner, table)
    if not set(exported) <= set(held):
        raise ArchiveError(f"{path} has other columns than this ledger; nothing was restored")
    copy = sql.SQL("copy archive.{} ({}) from stdin").format(
        sql.Identifier(partition(table, manifest.month)),
        sql.SQL(", ").join(sql.Identifier(name) for name, _ in exported),
    )
    with owner.cursor() as cursor, cursor.copy(copy) as copying:
        for row in read_table(path):
            copying.write_row(row)


def _require_equal(owner: Connection, manifest: Manifest, folder: Path, otherwise: str) -> None:
    for table, told in manifest.tables.items():
        # Of the columns that were exported: a migration may have added others since.
        names = [name for name, _ in columns_of(_file(manifest, table, folder))]
        hashed = RowsHash()
        for _ in hashed.through(archived_rows(owner, table, manifest.month, names)):
            pass
        if (hashed.rows, hashed.hexdigest()) != (told.rows, told.rows_sha256):
            raise ArchiveError(f"{manifest.month:%Y-%m} {otherwise} ({table})")


def _file(manifest: Manifest, table: str, folder: Path) -> Path:
    told = manifest.tables[table]
    path = folder / told.file
    if not path.is_file() or sha256_of(path) != told.file_sha256:
        raise ArchiveError(f"{path} is missing or not the file that was written; nothing was restored")
    return path
