"""Reads the journal chain by chain: the first row is number 1, and each seals the one before it."""

from typing import LiteralString, NamedTuple

from scripts.tools.evidence.auditor import Connection, stream
from scripts.tools.evidence.entries import place
from scripts.tools.evidence.verify.findings import Code, Findings
from scripts.tools.evidence.verify.leaves import Step

# Without payloads: that a row's hash is that of its content is checked in the other order of reading.
_LINKS: LiteralString = """
    select journal_id, entity, key, created_at::text, sequence, event, previous_hash, hash
    from history.journal order by entity, key, created_at, sequence
"""


class _Link(NamedTuple):
    journal_id: int
    entity: str
    key: str
    created_at: str
    sequence: int
    event: str
    previous_hash: bytes | None
    hash: bytes


def read_chains(connection: Connection, findings: Findings, step: Step) -> int:
    """Check how rows follow one another; returns how many chains there are."""
    chains = 0
    last: _Link | None = None
    for row in stream(connection, "chains", _LINKS):
        link = _Link._make(row)
        before = last if last is not None and last[1:4] == link[1:4] else None
        chains += before is None
        if fault := _fault(link, before):
            code, explanation = fault
            where = place(link.entity, link.key, link.sequence, link.event)
            findings.add(code, where, explanation, journal_id=link.journal_id)
        last = link
        step()
    return chains


def _fault(link: _Link, before: _Link | None) -> tuple[Code, str] | None:
    if link.sequence != (before.sequence + 1 if before else 1):
        return Code.CHAIN_GAP, "the row before it in its chain is missing"
    if link.previous_hash != (before.hash if before else None):
        return Code.CHAIN_BROKEN, "it does not seal the row before it in its chain"
    return None
