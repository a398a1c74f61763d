"""What an export says of itself: the rows of each table, what they hash to, and what proves them."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from scripts.tools.archive.ledger import TABLES, ArchiveError, Row

MANIFEST = "manifest.json"
FORMAT_VERSION = 1


class TableExport(BaseModel):
    """One file. `rows_sha256` is over the rows' texts, whatever wrote the file; see RowsHash."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    rows: int
    file_sha256: str
    rows_sha256: str


class Manifest(BaseModel):
    """One month's export. It tells no time, so that the same month exported again has the same manifest.

    checkpoint: the first that covers every journal row of the month (ledger.checkpoint_document); None for a
    month without rows. contract_versions: those the journal's payloads were written under. migration: the
    newest that was applied.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format_version: int
    month: date
    tables: dict[str, TableExport]
    checkpoint: dict[str, Any] | None
    contract_versions: tuple[int, ...]
    migration: str

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The manifest of a finished export. Raises ArchiveError if there is none."""
        try:
            found = cls.model_validate_json((folder / MANIFEST).read_bytes())
        except FileNotFoundError:
            raise ArchiveError(f"{folder} has no {MANIFEST}: export the month first") from None
        except ValidationError as error:
            raise ArchiveError(f"{folder / MANIFEST} is no manifest: {error.errors()[0]['msg']}") from None
        if found.format_version != FORMAT_VERSION or set(found.tables) != set(TABLES):
            raise ArchiveError(f"{folder / MANIFEST} is of another format than {FORMAT_VERSION}")
        return found

    def as_bytes(self) -> bytes:
        """The manifest as it is written; its SHA-256 names the export."""
        document = self.model_dump(mode="json")
        return (json.dumps(document, indent=2, sort_keys=True) + "\n").encode()

    def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        return {name: table.rows for name, table in self.tables.items()}


class RowsHash:
    """SHA-256 over rows: each field as `length:bytes,` and null as `:,`, each row followed by a line feed."""

    def __init__(self) -> None:
        self.rows = 0
        self._hash = hashlib.sha256()

    def through(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows, hashed as they go by."""
        for row in rows:
            self.rows += 1
            self._hash.update(b"".join(map(_netstring, row)) + b"\n")
            yield row

    def hexdigest(self) -> str:
        """The hash of the rows that went by."""
        return self._hash.hexdigest()


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def export_id(folder: Path) -> str:
    """What the ledger calls an export: the SHA-256 of its manifest."""
    return sha256_of(folder / MANIFEST)


def _netstring(text: str | None) -> bytes:
    if text is None:
        return b":,"
    data = text.encode()
    return b"%d:%b," % (len(data), data)
