"""A journal row outside the database: its columns as text, and the hash it must have."""

import hashlib
from typing import LiteralString, NamedTuple

# As text, so that every byte is the one that was hashed; times in UTC (see auditor.auditing).
COLUMNS: LiteralString = """
    j.journal_id, j.entity, j.key, j.sequence, j.event, j.created_at::text, j.actor, j.subject, j.request_id,
    j.recorded_at::text, j.contract_version, j.payload::text, j.previous_hash, j.hash
"""


class Entry(NamedTuple):
    """One row of the journal, in the order of COLUMNS; a time reads `2026-01-05 14:00:00+00`."""

    journal_id: int
    entity: str
    key: str
    sequence: int
    event: str
    created_at: str
    actor: str
    subject: str | None
    request_id: str | None
    recorded_at: str
    contract_version: int
    payload: str
    previous_hash: bytes | None
    hash: bytes

    @property
    def place(self) -> str:
        """Which row it is, for people."""
        return place(self.entity, self.key, self.sequence, self.event)


def place(entity: str, key: str, sequence: int, event: str) -> str:
    """Which row of the journal is meant, for people."""
    return f"{entity} {key}, row {sequence} ({event})"


def sealed(entry: Entry) -> bytes:
    """The hash an entry must have: SHA-256 over its columns as netstrings (see ledger.journal.hash)."""
    previous = entry.previous_hash
    return hashlib.sha256(
        netstrings(
            entry.entity,
            entry.key,
            str(entry.sequence),
            entry.event,
            utc(entry.created_at),
            entry.actor,
            entry.subject,
            entry.request_id,
            utc(entry.recorded_at),
            str(entry.contract_version),
            entry.payload,
            None if previous is None else previous.hex(),
        )
    ).digest()


def netstrings(*fields: str | None) -> bytes:
    """Fields as length:bytes, (D. J. Bernstein, Netstrings, 1997); a field that is null is ":,"."""
    written = (None if text is None else text.encode() for text in fields)
    return b"".join(b":," if text is None else b"%d:%s," % (len(text), text) for text in written)


def utc(printed: str) -> str:
    """A time that PostgreSQL printed for the zone UTC, as ledger.utc() writes it: `2026-01-05T14:00:00Z`."""
    return f"{printed[:10]}T{printed[11:-3]}Z"
