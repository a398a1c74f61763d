"""Recomputes the journal's hash chains outside the database, by the words of the column comments alone."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

Row = Mapping[str, Any]

# The order in which the hash covers the columns: all that stand above it but journal_id.
HASHED = (
    "entity",
    "key",
    "sequence",
    "event",
    "created_at",
    "actor",
    "subject",
    "request_id",
    "recorded_at",
    "contract_version",
    "payload",
    "previous_hash",
)

# payload::text: the very bytes that were hashed; a driver's parsed JSON would be another spelling.
READ = (
    "select entity, key, sequence, event, created_at, actor, subject, request_id, recorded_at,"
    " contract_version, payload::text as payload, previous_hash, hash from ledger.journal"
    " order by entity, key, sequence"
)


def netstrings(fields: Iterable[object]) -> bytes:
    """Fields as `length:bytes,`; None is `:,`. (D. J. Bernstein, Netstrings, 1997)"""
    written = []
    for field in fields:
        data = _text(field).encode()
        length = b"" if field is None else str(len(data)).encode()
        written.append(length + b":" + data + b",")
    return b"".join(written)


def faults(rows: Iterable[Row]) -> list[str]:
    """What is wrong with the journal: nothing, or one `entity key sequence: fault` for each row at fault."""
    found: list[str] = []
    previous: Row | None = None
    for row in rows:
        follows = previous is not None and (row["entity"], row["key"]) == (
            previous["entity"],
            previous["key"],
        )
        fault = _fault(row, previous if follows else None)
        if fault:
            found.append(f"{row['entity']} {row['key']} {row['sequence']}: {fault}")
        previous = row
    return found


def _fault(row: Row, previous: Row | None) -> str | None:
    if row["sequence"] != (previous["sequence"] + 1 if previous else 1):
        return "a row is missing before it"
    if row["previous_hash"] != (previous["hash"] if previous else None):
        return "it does not seal the row before it"
    if hashlib.sha256(netstrings(row[name] for name in HASHED)).digest() != row["hash"]:
        return "it is not what was written"
    return None


def _text(field: object) -> str:
    if isinstance(field, bytes):
        return field.hex()
    if isinstance(field, datetime):
        whole = field.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        fraction = f".{field.microsecond:06}".rstrip("0").rstrip(".")
        return f"{whole}{fraction}Z"
    return "" if field is None else str(field)
