"""Requests that every POST function must refuse, and with which code."""

import copy
import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from functions.contract.schemas import accepts
from tests.support.endpoints import Endpoint

HOSTILE_VALUES: Mapping[str, object] = {
    "null": None,
    "true": True,
    "an empty object": {},
    "an empty list": [],
    "a negative number": -1,
    "a fraction": 0.5,
    "a huge number": 1e300,
    "an integer of 30 digits": 10**30,
    "an empty string": "",
    "a long string": "x" * 10_000,
    "a string of SQL": "'; drop table ledger.accounts; --",
    "a string with a line break": "EURUSD\n",
}


@dataclass(frozen=True)
class BadRequest:
    """One request and the code it must be refused with; `headers` replace those of a good request."""

    name: str
    code: str
    body: bytes
    headers: Mapping[str, str | None] = field(default_factory=dict)
    method: str = "POST"


def bad_requests(endpoint: Endpoint) -> Iterator[BadRequest]:
    """All of them for one function, each wrong in one way."""
    good = json.dumps(endpoint.valid_request()).encode()
    yield from _bad_bodies(good)
    yield from _bad_headers(good)
    for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"):
        yield BadRequest(f"method {method}", "method_not_allowed", good, method=method)
    for name, body in endpoint.invalid_requests().items():
        yield BadRequest(f"example {name}", "request_invalid", body)
    for name, document in _spoilt(endpoint.valid_request()):
        if not accepts(f"{endpoint.name}_request", document):
            yield BadRequest(name, "request_invalid", json.dumps(document).encode())


def _bad_bodies(good: bytes) -> Iterator[BadRequest]:
    first_key = next(iter(json.loads(good)))
    bodies: list[tuple[str, str, bytes]] = [
        ("nothing", "request_not_json", b""),
        ("no JSON", "request_not_json", b"instance_id=1"),
        ("half a document", "request_not_json", good[:-1]),
        ("two documents", "request_not_json", good + good),
        ("NaN", "request_not_json", b'{"a":NaN}'),
        ("minus infinity", "request_not_json", b"[-Infinity]"),
        ("a number without bounds", "request_invalid", b'{"a":1e999}'),
        ("a number of 5,000 digits", "request_invalid", b'{"a":' + b"9" * 5_000 + b"}"),
        ("null", "request_invalid", b"null"),
        ("a list", "request_invalid", b"[]"),
        ("a string", "request_invalid", b'"text"'),
        ("an empty object", "request_invalid", b"{}"),
        ("an unknown key", "request_invalid", good[:-1] + b',"account_id":"other"}'),
        ("an unknown key of 100 kB", "request_invalid", good[:-1] + b',"' + b"k" * 100_000 + b'":1}'),
        ("10,000 unknown keys", "request_invalid", json.dumps({f"k{n}": n for n in range(10_000)}).encode()),
        ("a key twice", "duplicate_key", b'{"' + first_key.encode() + b'":null,' + good[1:]),
        ("deep nesting", "request_too_deep", b"[" * 200 + b"]" * 200),
        ("abysmal nesting", "request_too_deep", b'{"a":' * 80_000),
        ("Latin-1", "request_not_utf8", b'{"a":"\xe9"}'),
        ("UTF-16", "request_not_utf8", good.decode().encode("utf-16")),
        ("half a character", "request_not_utf8", rb'{"a":"\ud800"}'),
        ("the NUL character", "request_invalid", rb'{"a":"\u0000"}'),
        ("1 MB", "request_too_large", good + b" " * 1_048_576),
    ]
    for name, code, body in bodies:
        yield BadRequest(name, code, body)


def _bad_headers(good: bytes) -> Iterator[BadRequest]:
    for value in (
        None,
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=utf-16",
    ):
        yield BadRequest(f"content type {value}", "media_type_unsupported", good, {"Content-Type": value})
    yield BadRequest("gzip", "media_type_unsupported", gzip.compress(good), {"Content-Encoding": "gzip"})
    for value in (None, ""):
        yield BadRequest(
            f"version {value!r}", "contract_version_missing", good, {"X-Contract-Version": value}
        )
    for value in ("0", "2", "1.0", "one", "1, 1", "9" * 1_000):
        yield BadRequest(
            f"version {value!r}", "contract_version_unsupported", good, {"X-Contract-Version": value}
        )
    for value in (
        "",
        "now",
        "2026-01-05",
        "2026-01-05T12:00:00",
        "2026-01-05T12:00:00+01:00",
        "2026-02-30T12:00:00Z",
    ):
        yield BadRequest(f"time {value!r}", "simulated_time_invalid", good, {"X-Simulated-Time": value})
    yield BadRequest("no key", "api_key_missing", good, {"Authorization": None})
    for value in _GARBLED_KEYS:
        yield BadRequest(f"key {value[:30]!r}", "api_key_invalid", good, {"Authorization": value})


_GARBLED_KEYS = (
    "Bearer",
    "Bearer ",
    "Bearer ds_abc",
    "Basic ZHM6ZHM=",
    f"ds_abcdefghijkl_{'s' * 43}",
    f"Bearer ds_ABCDEFGHIJKL_{'s' * 43}",
    f"Bearer ds_abcdefghijkl_{'s' * 42}",
    f"Bearer ds_abcdefghijkl_{'s' * 43} ds_abcdefghijkl_{'s' * 43}",
    f"Bearer ds_abcdefghijkl_{'s' * 42}'",
    f"Bearer ds_' or 1=1 --_{'s' * 43}",
    f"Bearer ds_abcdefghijkl_{'s' * 43}",  # well-formed and unknown
    "Bearer eyJhbGciOiJub25lIn0.eyJyb2xlIjoib2ZmaWNlciJ9.",
    "Bearer " + "x" * 10_000,
)


def _spoilt(document: Any) -> Iterator[tuple[str, Any]]:
    """The document once without each of its keys, and once with each hostile value in each place."""
    for path in _paths(document):
        yield f"{path} left out", _changed(document, path, remove=True)
        for name, value in HOSTILE_VALUES.items():
            yield f"{path} is {name}", _changed(document, path, value=value)


def _paths(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, child in children:
        yield from _paths(child, (*path, step))


def _changed(
    document: Any, path: tuple[str | int, ...], *, value: object = None, remove: bool = False
) -> Any:
    changed = copy.deepcopy(document)
    node = changed
    for step in path[:-1]:
        node = node[step]
    if remove:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return changed
