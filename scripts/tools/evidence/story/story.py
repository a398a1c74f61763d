"""One story as the journal tells it: a signal, what was decided, commanded and done, entry by entry."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from psycopg import sql

from scripts.tools.evidence.auditor import Connection, rows
from scripts.tools.evidence.story.lines import Line, Payload
from scripts.tools.stack.errors import StackError

_PREFIX = re.compile(r"[0-9a-f]{1,8}|[0-9a-f-]{9,36}")
_SHOWN = 5  # of the signals that a prefix may mean

# The fullest story there is: closed again, decided differently by the accounts, if possible with a profit.
_FULLEST = """
    select s.signal_id::text as key, s.created_at
    from ledger.signal_outbox s
    left join ledger.execution_events e using (signal_id, symbol, created_at)
    left join ledger.risk_decisions d using (signal_id, symbol, created_at)
    group by s.signal_id, s.symbol, s.created_at
    order by
        bool_or(s.action = 'open' and e.kind = 'position_closed') is true desc,
        count(distinct d.outcome) desc,
        bool_or(e.reason = 'take_profit') is true desc,
        s.created_at, s.signal_id
    limit 1
"""
_SIGNALS = """
    select key, created_at from history.journal
    where entity = 'signal' and sequence = 1 and key like %s order by key limit %s
"""
_COLUMNS = sql.SQL(
    "journal_id, recorded_at, actor, subject, request_id, event, payload::text as payload, xid::text as xid"
)
# All of a story lies in the partition of its month, where an index leads from entity and time to few rows.
_CHAINS = sql.SQL("""
    with directives as (
        select key from history.journal
        where entity = 'directive' and sequence = 1 and created_at = %(created_at)s
            and payload ->> 'signal_id' = %(signal_id)s)
    select {columns} from history.journal
        where entity = 'signal' and key = %(signal_id)s and created_at = %(created_at)s
    union all
    select {columns} from history.journal
        where entity = 'decision' and created_at = %(created_at)s
            and payload ->> 'signal_id' = %(signal_id)s
    union all
    select {columns} from history.journal
        where entity = 'directive' and created_at = %(created_at)s and key in (select key from directives)
    order by journal_id
""").format(columns=_COLUMNS)
# What was noted about the story's directives elsewhere.
_NOTES = sql.SQL("""
    select {columns} from history.journal
    where created_at = 'epoch' and (
        entity in ('operator_action', 'discrepancy')
            and (payload ->> 'directive_no')::bigint = any (%(numbers)s)
        or entity = 'unmatched_report' and payload -> 'report' ->> 'directive_id' = any (%(ids)s))
    order by journal_id
""").format(columns=_COLUMNS)
# The directives of other stories that are about this one's positions, with what became of them.
_FOLLOWING = sql.SQL("""
    select {columns} from history.journal where entity = 'directive' and key in (
        select key from history.journal
        where entity = 'directive' and sequence = 1
            and (payload ->> 'target_directive_no')::bigint = any (%(numbers)s))
    order by journal_id
""").format(columns=_COLUMNS)
_TARGETS = """
    select key::bigint as directive_no, payload ->> 'signal_id' as signal_id from history.journal
    where entity = 'directive' and sequence = 1 and key = any (%s) order by 1
"""


@dataclass(frozen=True, slots=True)
class Link:
    """How two stories hang together: a directive of one is about the position that the other's opened.

    signal_id: the other story. action: close or modify.
    """

    directive_no: int
    action: str
    target_directive_no: int
    signal_id: str


@dataclass(frozen=True, slots=True)
class Story:
    """A signal and all that followed from it.

    lines: the entries of this story, in the order of the journal.
    following: entries of other stories' directives that closed or modified this one's positions.
    targets: the stories whose positions this one is about; targeted_by: those that are about this one's.
    """

    signal_id: str
    symbol: str
    created_at: datetime
    lines: tuple[Line, ...]
    following: tuple[Line, ...]
    targets: tuple[Link, ...]
    targeted_by: tuple[Link, ...]

    @property
    def all_lines(self) -> tuple[Line, ...]:
        """This story's entries and those that followed in others, in the order of the journal."""
        return tuple(sorted((*self.lines, *self.following), key=lambda line: line.journal_id))


def story_of(connection: Connection, prefix: str) -> Story:
    """The story of the one signal whose id begins so. Raises StackError if there is none or another one."""
    if not _PREFIX.fullmatch(prefix.lower()):
        raise StackError(f"{prefix!r} is no signal id and not the beginning of one")
    found = rows(connection, _SIGNALS, f"{prefix.lower()}%", _SHOWN + 1)
    if not found:
        raise StackError(f"the journal has no signal whose id begins with {prefix}")
    if len(found) > 1:
        more = " and more" if len(found) > _SHOWN else ""
        named = ", ".join(row["key"] for row in found[:_SHOWN])
        raise StackError(f"{prefix} may be any of {named}{more}: give more of the id")
    return _read(connection, found[0]["key"], found[0]["created_at"])


def fullest_story(connection: Connection) -> Story | None:
    """The story that shows most; None if there is no signal."""
    for found in rows(connection, _FULLEST):
        return _read(connection, found["key"], found["created_at"])
    return None


def _read(connection: Connection, signal_id: str, created_at: datetime) -> Story:
    place = {"signal_id": signal_id, "created_at": created_at}
    chains = [_line(row, signal_id) for row in connection.execute(_CHAINS, place)]
    issued = [line.payload for line in chains if line.event == "directive.issued"]
    about = {
        "numbers": [directive["directive_no"] for directive in issued],
        "ids": [directive["directive_id"] for directive in issued],
    }
    numbers = {directive["directive_id"]: directive["directive_no"] for directive in issued}
    notes = [_line(row, signal_id, numbers) for row in connection.execute(_NOTES, about)] if issued else []
    following = [_line(row) for row in connection.execute(_FOLLOWING, about)] if issued else []
    return Story(
        signal_id,
        chains[0].payload["symbol"],
        created_at,
        tuple(sorted((*chains, *notes), key=lambda line: line.journal_id)),
        tuple(following),
        tuple(_targets(connection, issued)),
        tuple(_link(line.payload, line.story) for line in following if line.event == "directive.issued"),
    )


def _targets(connection: Connection, issued: Sequence[Payload]) -> Iterator[Link]:
    targeting = [directive for directive in issued if directive["target_directive_no"] is not None]
    keys = [str(directive["target_directive_no"]) for directive in targeting]
    stories = {row["directive_no"]: row["signal_id"] for row in rows(connection, _TARGETS, keys)}
    for directive in targeting:
        # A month that was dropped takes its stories along, but not those that were about them.
        yield _link(directive, stories.get(directive["target_directive_no"], "unknown"))


def _link(directive: Payload, signal_id: str) -> Link:
    return Link(directive["directive_no"], directive["action"], directive["target_directive_no"], signal_id)


def _line(row: dict[str, Any], story: str | None = None, numbers: dict[str, int] | None = None) -> Line:
    # Numbers keep the digits they were written with.
    payload = json.loads(row.pop("payload"), parse_float=Decimal)
    directive_no = payload.get("directive_no")
    if directive_no is None and numbers and "report" in payload:
        directive_no = numbers.get(payload["report"].get("directive_id"))
    return Line(**row, story=story or payload["signal_id"], directive_no=directive_no, payload=payload)
