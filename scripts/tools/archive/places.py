"""Where exports lie: a folder of this machine, or a bucket of Supabase Storage (`supabase://bucket/prefix`)."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from scripts.tools.archive.ledger import TABLES, ArchiveError
from scripts.tools.archive.manifest import MANIFEST

# The manifest last: where it lies, the export is whole.
FILES = (*(f"{table}.parquet" for table in TABLES), MANIFEST)


class Place(Protocol):
    """Somewhere for exports, one folder a month."""

    def put(self, folder: Path) -> None:
        """Keep a month's finished export."""

    def get(self, month: date, into: Path) -> Path:
        """The month's export as a folder of this machine. Raises ArchiveError if there is none."""


@dataclass(frozen=True, slots=True)
class Folder:
    """Exports in a folder; they are written and read where they lie."""

    path: Path

    def put(self, folder: Path) -> None:
        """Nothing to do: it was written here."""

    def get(self, month: date, into: Path) -> Path:
        """The month's folder."""
        return self.path / f"{month:%Y-%m}"


class Bucket:
    """Exports in Supabase Storage; SUPABASE_URL and SUPABASE_SECRET_KEY say whose."""

    def __init__(self, bucket: str, prefix: str) -> None:
        self._bucket = bucket
        self._prefix = prefix

    def put(self, folder: Path) -> None:
        """Upload a month's files, over those of an upload that was interrupted."""
        for name in FILES:
            self._do("upload", self._key(folder.name, name), (folder / name).read_bytes(), {"upsert": "true"})

    def get(self, month: date, into: Path) -> Path:
        """Download a month's files."""
        folder = into / f"{month:%Y-%m}"
        folder.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            (folder / name).write_bytes(self._do("download", self._key(folder.name, name)))
        return folder

    def _key(self, month: str, name: str) -> str:
        return "/".join(part for part in (self._prefix, month, name) if part)

    def _do(self, verb: str, key: str, *arguments: Any) -> Any:
        from httpx import HTTPError
        from storage3 import SyncStorageClient
        from storage3.exceptions import StorageApiError

        url, secret = os.environ.get("SUPABASE_URL"), os.environ.get("SUPABASE_SECRET_KEY")
        if not url or not secret:
            raise ArchiveError("set SUPABASE_URL and SUPABASE_SECRET_KEY to reach Supabase Storage")
        headers = {"apikey": secret, "Authorization": f"Bearer {secret}"}
        storage = SyncStorageClient(f"{url.rstrip('/')}/storage/v1/", headers)
        try:
            return getattr(storage.from_(self._bucket), verb)(key, *arguments)
        except (StorageApiError, HTTPError) as error:
            raise ArchiveError(f"supabase://{self._bucket}/{key} cannot be reached: {error}") from None


def place(name: str) -> Place:
    """The place of that name. Raises ArchiveError for a name of no known kind."""
    if name.startswith("supabase:"):
        parts = urlsplit(name)
        if not parts.netloc:
            raise ArchiveError(f"{name} names no bucket: write supabase://BUCKET/PREFIX")
        return Bucket(parts.netloc, parts.path.strip("/"))
    return Folder(Path(name))


@contextmanager
def workroom(where: Place) -> Iterator[Path]:
    """A folder to write exports in before they are put away, or to fetch them into."""
    if isinstance(where, Folder):
        where.path.mkdir(parents=True, exist_ok=True)
        yield where.path
    else:
        with tempfile.TemporaryDirectory(prefix="distortsignals-archive-") as temporary:
            yield Path(temporary)
