"""Verifies the ledger's journal outside the database: every hash, every link, and that nothing is missing."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from functions.contract.scalars import timestamp_text
from scripts.tools.demo.auditor import Connection, rows

BATCH_ROWS = 2_000

# As text, so that every byte is the one that was hashed.
_JOURNAL = """
    select entity, key, sequence, event, created_at, actor, subject, request_id, recorded_at,
        contract_version, payload::text as payload, payload ->> 'status' as status, previous_hash, hash
    from ledger.journal order by entity, key, created_at, sequence
"""
# What the tables hold, counted under the names that the journal tells it by.
_ROWS_BY_EVENT = """
    select 'signal.published' as event, count(*) as rows from ledger.signal_outbox
    union all select 'decision.' || outcome, count(*) from ledger.risk_decisions group by outcome
    union all select 'directive.issued', count(*) from ledger.trade_directives
    union all select 'acknowledgement.granted', count(*) from ledger.directive_acknowledgements
    union all select 'execution.' || kind, count(*) from ledger.execution_events group by kind
    union all select 'report.unmatched', count(*) from ledger.unmatched_reports
    union all select 'discrepancy.' || kind, count(*) from ledger.discrepancies group by kind
    union all select 'account.opened', count(*) from ledger.accounts
    union all select 'strategy.added', count(*) from ledger.strategies
    union all select 'subscription.added', count(*) from ledger.subscriptions
    union all select 'trading.' || action, count(*) from ledger.trading_halts group by action
    union all select 'api_key.issued', count(*) from ledger.api_keys
"""
_STATUSES = """
    select 'signal' as entity, signal_id::text as key, status from ledger.signal_outbox
    union all select 'directive', directive_no::text, status from ledger.trade_directives
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many entries were read, and what is wrong with them, a sentence each; intact if nothing is."""

    entries: int
    faults: tuple[str, ...]

    @property
    def intact(self) -> bool:
        """Whether every entry is what it was when it was written, and none is missing."""
        return not self.faults


@dataclass(slots=True)
class _Read:
    """What was gathered on the way through the journal."""

    entries: int = 0
    events: dict[str, int] = field(default_factory=dict)
    statuses: dict[tuple[str, str], str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def verify(connection: Connection) -> Verdict:
    """Read the whole journal, a few rows at a time, and compare what it tells with what the tables hold.

    A changed, inserted or reordered entry breaks its chain; a chain that lost its end, or was removed whole,
    no longer accounts for a row or a status in the tables.
    """
    read = _Read()
    with connection.cursor(name="journal") as cursor:
        cursor.itersize = BATCH_ROWS
        cursor.execute(_JOURNAL)
        _read(cursor, read)
    read.faults += _missing(rows(connection, _ROWS_BY_EVENT), read.events)
    read.faults += _outdated(rows(connection, _STATUSES), read.statuses)
    return Verdict(read.entries, tuple(read.faults))


def sealed(row: Mapping[str, Any]) -> bytes:
    """The hash a journal row must have: SHA-256 over its columns as netstrings (see ledger.journal.hash)."""
    previous: bytes | None = row["previous_hash"]
    return hashlib.sha256(
        netstrings(
            row["entity"],
            row["key"],
            str(row["sequence"]),
            row["event"],
            _utc(row["created_at"]),
            row["actor"],
            row["subject"],
            row["request_id"],
            _utc(row["recorded_at"]),
            str(row["contract_version"]),
            row["payload"],
            None if previous is None else previous.hex(),
        )
    ).digest()


def netstrings(*fields: str | None) -> bytes:
    """Fields as length:bytes, (D. J. Bernstein, Netstrings, 1997); a field that is null is ":,"."""
    written = (None if text is None else text.encode() for text in fields)
    return b"".join(b":," if text is None else b"%d:%s," % (len(text), text) for text in written)


def _read(journal: Iterable[dict[str, Any]], read: _Read) -> None:
    last: Mapping[str, Any] | None = None
    for row in journal:
        before = last if last is not None and _chain(last) == _chain(row) else None
        read.faults += _faults(row, before)
        read.entries += 1
        read.events[row["event"]] = read.events.get(row["event"], 0) + 1
        if row["event"].startswith(("signal.", "directive.")):
            read.statuses[row["entity"], row["key"]] = row["status"]
        last = row


def _chain(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["entity"], row["key"], row["created_at"]


def _faults(row: Mapping[str, Any], before: Mapping[str, Any] | None) -> Iterator[str]:
    where = f"{row['entity']} {row['key']}, entry {row['sequence']} ({row['event']})"
    if sealed(row) != row["hash"]:
        yield f"{where}: its hash is not that of its content"
    if row["sequence"] != (before["sequence"] + 1 if before else 1):
        yield f"{where}: the entry before it is missing"
    elif row["previous_hash"] != (before["hash"] if before else None):
        yield f"{where}: it does not continue the entry before it"


def _missing(held: Iterable[Mapping[str, Any]], told: Mapping[str, int]) -> Iterator[str]:
    for line in held:
        entries = told.get(line["event"], 0)
        if entries != line["rows"]:
            yield f"the tables hold {line['rows']} rows told as {line['event']}, the journal {entries}"


def _outdated(held: Iterable[Mapping[str, Any]], told: Mapping[tuple[str, str], str]) -> Iterator[str]:
    for line in held:
        status = told.get((line["entity"], line["key"]))
        if status != line["status"]:
            yield f"{line['entity']} {line['key']} is {line['status']}, the journal last says {status}"


def _utc(moment: datetime) -> str:
    return timestamp_text(moment)
