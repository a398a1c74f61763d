"""Exports in Supabase Storage: tried on a server of our own that speaks its HTTP, as no real one is here."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from scripts.tools.archive.ledger import TABLES, ArchiveError
from scripts.tools.archive.places import place
from tests.archive.conftest import Ledger

BUCKET = "supabase://evidence/of/tests"
OBJECTS = "/storage/v1/object/evidence/of/tests/2026-01/"


class Storage(ThreadingHTTPServer):
    """Keeps what is uploaded, as the object endpoints of Supabase Storage do, but for the file `broken`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, bytes] = {}
        self.order: list[str] = []
        self.broken = ""


class _Handler(BaseHTTPRequestHandler):
    server: Storage

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        name = self.path.removeprefix(OBJECTS)
        if self.headers["Authorization"] != "Bearer secret" or self.headers["apikey"] != "secret":
            self._answer(403, b'{"statusCode": "403", "error": "Unauthorized", "message": "no"}')
        elif name == self.server.broken:
            self._answer(500, b'{"statusCode": "500", "error": "Internal", "message": "the disk is full"}')
        elif self.path in self.server.objects and self.headers["x-upsert"] != "true":
            self._answer(400, b'{"statusCode": "409", "error": "Duplicate", "message": "exists"}')
        else:
            self.server.objects[self.path] = _file(self.headers["Content-Type"], body)
            self.server.order.append(name)
            self._answer(200, b'{"Key": "k", "Id": "i"}')

    def do_GET(self) -> None:
        found = self.server.objects.get(self.path)
        missing = b'{"statusCode": "404", "error": "not_found", "message": "Object not found"}'
        self._answer(*((200, found) if found is not None else (400, missing)))

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)


def _file(kind: str, body: bytes) -> bytes:
    """The one file of a multipart body."""
    boundary = kind.partition("boundary=")[2].encode()
    part = next(each for each in body.split(b"--" + boundary) if b"filename=" in each)
    return part.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n")


@pytest.fixture
def storage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Storage]:
    """A storage server that the environment names."""
    with Storage() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        monkeypatch.setenv("SUPABASE_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("SUPABASE_SECRET_KEY", "secret")
        yield server
        server.shutdown()


def test_an_export_goes_to_the_bucket_the_manifest_last(ledger: Ledger, storage: Storage) -> None:
    ledger.run("export", "--to", BUCKET)

    assert storage.order == [*(f"{table}.parquet" for table in TABLES), "manifest.json"]
    assert ledger.steps()[-1] == "exported"


def test_it_is_the_very_files_that_a_folder_gets(ledger: Ledger, storage: Storage) -> None:
    folder = ledger.exported()
    ledger.run("export", "--to", BUCKET, "--month", "2026-01")

    assert {path.removeprefix(OBJECTS): data for path, data in storage.objects.items()} == {
        path.name: path.read_bytes() for path in folder.iterdir()
    }


def test_it_is_verified_and_restored_from_the_bucket(ledger: Ledger, empty: Ledger, storage: Storage) -> None:
    ledger.run("export", "--to", BUCKET)
    ledger.run("verify", "--from", BUCKET)
    empty.run("restore", "--from", BUCKET, "--month", "2026-01")

    assert ledger.steps()[-1] == "verified"
    rows = "select row_to_json(t)::text as row from archive.journal t order by journal_id"
    assert empty.database.rows(rows) == ledger.database.rows(rows)


def test_what_was_changed_in_the_bucket_is_found(ledger: Ledger, storage: Storage) -> None:
    ledger.run("export", "--to", BUCKET)
    storage.objects[OBJECTS + "journal.parquet"] += b" "

    result = ledger.run("verify", "--from", BUCKET, fails=True)

    assert "the file journal.parquet is not the one that was written" in result.stdout
    assert ledger.steps()[-1] == "exported"


def test_an_upload_that_breaks_off_is_no_export_and_is_made_good_by_the_next(
    ledger: Ledger, storage: Storage
) -> None:
    storage.broken = "trade_directives.parquet"
    with pytest.raises(ArchiveError, match="cannot be reached"):
        ledger.run("export", "--to", BUCKET)
    assert OBJECTS + "manifest.json" not in storage.objects
    assert ledger.steps()[-1] == "moved"

    storage.broken = ""
    ledger.run("export", "--to", BUCKET)

    assert ledger.steps()[-1] == "exported"
    ledger.run("verify", "--from", BUCKET)


def test_a_bucket_without_the_month_is_said_to_have_none(ledger: Ledger, storage: Storage) -> None:
    with pytest.raises(ArchiveError, match=r"signal_outbox\.parquet cannot be reached"):
        ledger.run("verify", "--from", BUCKET, "--month", "2026-01")
    assert storage.order == []


def test_without_a_key_nobody_is_asked(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUPABASE_SECRET_KEY", raising=False)

    with pytest.raises(ArchiveError, match="set SUPABASE_URL and SUPABASE_SECRET_KEY"):
        ledger.run("export", "--to", BUCKET)


def test_a_bucket_has_a_name() -> None:
    with pytest.raises(ArchiveError, match="names no bucket"):
        place("supabase:")
