"""Over a real socket: bodies that end early, trickle in, or come compressed; and no key but in its header."""

import gzip
import json
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from functions.feed.providers.base import ProviderError
from functions.feed.providers.http import MAX_ANSWER_BYTES, Clocks, Document, Http, Patience, error_by_status
from tests.feed.served import send, served

JSON = {"Content-Type": "application/json"}


def get(url: str, seconds: float = 10.0, ends_at: float = float("inf")) -> Document:
    http = Http(url, "Bearer", "the-key", Patience(seconds, ends_at), Clocks(sleep=lambda _: None))
    return http.get("/some", {}, lambda answer: error_by_status(answer, "It failed."))


def cut_off(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "100")
    handler.end_headers()
    handler.wfile.write(b'{"one": 1')


def whole(handler: BaseHTTPRequestHandler) -> None:
    send(handler, 200, JSON, '{"one": 1}')


def test_a_body_that_ends_early_is_asked_for_again() -> None:
    answers = iter([cut_off, cut_off, whole])

    with served(lambda handler: next(answers)(handler)) as url:
        assert get(url) == {"one": 1}


def test_a_chunked_body_that_ends_early_is_asked_for_again() -> None:
    def torn(handler: BaseHTTPRequestHandler) -> None:
        handler.protocol_version = "HTTP/1.1"
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b'10\r\n{"one": 1')
        handler.close_connection = True

    answers = iter([torn, whole])

    with served(lambda handler: next(answers)(handler)) as url:
        assert get(url) == {"one": 1}


def test_a_body_that_trickles_in_does_not_outlast_patience() -> None:
    def trickling(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b" ")
                time.sleep(0.02)
        except OSError:
            pass

    began = time.monotonic()
    with served(trickling) as url, pytest.raises(ProviderError) as caught:
        get(url, seconds=0.5)
    assert caught.value.code == "provider_unavailable"
    assert time.monotonic() - began < 5


def test_a_compressed_body_counts_by_what_it_holds() -> None:
    def bomb(handler: BaseHTTPRequestHandler) -> None:
        data = gzip.compress(json.dumps({"more": "x" * (MAX_ANSWER_BYTES + 1)}).encode())
        handler.send_response(200)
        for name, value in (JSON | {"Content-Encoding": "gzip", "Content-Length": str(len(data))}).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(data)

    with served(bomb) as url, pytest.raises(ProviderError, match="longer than") as caught:
        get(url)
    assert caught.value.code == "provider_answer_invalid"


def test_nobody_at_the_address_is_an_error_that_may_pass() -> None:
    with pytest.raises(ProviderError) as caught:
        get("http://127.0.0.1:9", seconds=0.2)
    assert caught.value.code == "provider_unavailable"


def test_time_that_is_over_for_all_is_over_for_each() -> None:
    with pytest.raises(ProviderError, match="No time was left"):
        get("http://127.0.0.1:9", ends_at=time.monotonic())


def test_a_netrc_does_not_replace_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    seen: list[str | None] = []

    def note(handler: BaseHTTPRequestHandler) -> None:
        seen.append(handler.headers["Authorization"])
        send(handler, 200, JSON, "{}")

    with served(note) as url:
        get(url)
    assert seen == ["Bearer the-key"]


def test_a_redirection_is_not_followed_with_the_key() -> None:
    seen: list[str] = []

    def elsewhere(handler: BaseHTTPRequestHandler) -> None:
        seen.append(handler.path)
        send(handler, 302, JSON | {"Location": "/other"}, "{}")

    with served(elsewhere) as url, pytest.raises(ProviderError) as caught:
        get(url)
    assert (seen, caught.value.code) == (["/some"], "provider_answer_invalid")
