"""Exports an archived month to a folder: one Parquet file for each table, and a manifest."""

import os
import shutil
from datetime import date
from pathlib import Path
from typing import Any

from scripts.tools.archive.ledger import (
    TABLES,
    ArchiveError,
    Connection,
    archived_rows,
    columns,
    is_archived,
    rows,
)
from scripts.tools.archive.manifest import (
    FORMAT_VERSION,
    MANIFEST,
    Manifest,
    RowsHash,
    TableExport,
    sha256_of,
)
from scripts.tools.archive.parquet import write_table


def export_month(connection: Connection, month: date, to: Path) -> Path:
    """Write the month to `to/<month>` and return that folder; a finished export stays as it is.

    Written under another name and renamed: what bears the month's name is whole. Killed in between, the next
    call begins anew. An export whose files have changed since is set aside as `to/.<month>.damaged`, once
    there is a new one. Raises ArchiveError.
    """
    folder = to / f"{month:%Y-%m}"
    if _is_whole(folder):
        return folder
    if not is_archived(connection, month):
        raise ArchiveError(f"{month:%Y-%m} is not in the archive: run `scripts/distort archive run`")
    unfinished = to / f".{month:%Y-%m}.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    tables = {table: _exported(connection, table, month, unfinished) for table in TABLES}
    manifest = Manifest(
        format_version=FORMAT_VERSION, month=month, tables=tables, **_about(connection, month)
    )
    (unfinished / MANIFEST).write_bytes(manifest.as_bytes())
    # The database's copy will be dropped on the strength of these files: they must be on the disk.
    for path in (*unfinished.iterdir(), unfinished):
        _synchronise(path)
    if folder.exists():
        damaged = to / f".{month:%Y-%m}.damaged"
        shutil.rmtree(damaged, ignore_errors=True)
        folder.rename(damaged)
    unfinished.rename(folder)
    _synchronise(to)
    return folder


def _is_whole(folder: Path) -> bool:
    """Whether the files are those that the manifest names, to the byte; verify reads their rows."""
    try:
        manifest = Manifest.read(folder)
        return (folder / MANIFEST).read_bytes() == manifest.as_bytes() and all(
            sha256_of(folder / told.file) == told.file_sha256 for told in manifest.tables.values()
        )
    except (ArchiveError, OSError):
        return False


def _exported(connection: Connection, table: str, month: date, folder: Path) -> TableExport:
    path = folder / f"{table}.parquet"
    hashed = RowsHash()
    try:
        write_table(path, columns(connection, table), hashed.through(archived_rows(connection, table, month)))
    except ValueError as error:
        raise ArchiveError(f"{table} of {month:%Y-%m} cannot be exported: {error}") from None
    return TableExport(
        file=path.name, rows=hashed.rows, file_sha256=sha256_of(path), rows_sha256=hashed.hexdigest()
    )


def _about(connection: Connection, month: date) -> dict[str, Any]:
    (found,) = rows(
        connection,
        """
        with covered as (
            select max(l.leaf_no) as leaf_no from ledger.merkle_leaves l
            where l.created_at >= %s and l.created_at < %s::date + interval '1 month'
        )
        select ledger.checkpoint_document((select c from ledger.checkpoints c, covered
            where c.tree_size > covered.leaf_no order by c.checkpoint_no limit 1)) as checkpoint
        """,
        month,
        month,
    )
    versions = rows(
        connection,
        "select distinct contract_version as version from archive.journal"
        " where created_at >= %s and created_at < %s::date + interval '1 month' order by 1",
        month,
        month,
    )
    (state,) = rows(connection, "select ledger.migration() as migration")
    return {
        "checkpoint": found["checkpoint"],
        "contract_versions": tuple(row["version"] for row in versions),
        "migration": state["migration"],
    }


def _synchronise(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
