"""One story as the journal tells it: a signal, what was decided, commanded and done, entry by entry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scripts.tools.demo.auditor import Connection, rows

# The fullest story there is: closed again, decided differently by the accounts, if possible with a profit.
_CANDIDATES = """
    select s.signal_id, s.symbol, s.created_at
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
# All entries of a story lie in the partition of its month and name its signal.
_ENTRIES = """
    select recorded_at, actor, event, payload from ledger.journal
    where created_at = %s and payload ->> 'signal_id' = %s order by journal_id
"""

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the timeline: when, by which role, what (in the past tense), and what about it."""

    recorded_at: datetime
    actor: str
    event: str
    details: str


@dataclass(frozen=True, slots=True)
class Story:
    """A signal and all that followed from it."""

    signal_id: str
    symbol: str
    created_at: datetime
    lines: tuple[Line, ...]


def fullest_story(connection: Connection) -> Story | None:
    """The story that shows most; None if there is no signal."""
    for found in rows(connection, _CANDIDATES):
        entries = rows(connection, _ENTRIES, found["created_at"], str(found["signal_id"]))
        lines = tuple(
            Line(entry["recorded_at"], entry["actor"], entry["event"], _details(entry)) for entry in entries
        )
        return Story(str(found["signal_id"]), found["symbol"], found["created_at"], lines)
    return None


def _details(entry: Mapping[str, Any]) -> str:
    kind, _, what = entry["event"].partition(".")
    tell = _TELLERS.get(entry["event"]) or _TELLERS.get(kind)
    return tell(entry["payload"]) if tell else what


def _published(signal: Payload) -> str:
    return (
        f"{signal['strategy_id']}: {signal['action']} {signal['side'] or ''} {signal['symbol']}"
        f" at {_exact(signal['entry_price'])}{_stops(signal)}, strength {_exact(signal['strength'])}"
    )


def _status(row: Payload) -> str:
    number = f"no. {row['directive_no']} is " if "directive_no" in row else ""
    return f"{number}{row['status']}"


def _decision(decision: Payload) -> str:
    numbers = decision["numbers"]
    if decision["outcome"] == "issued" and "volume_lots" in numbers:
        why = f"risks {numbers['risk_amount']} {numbers['currency']}: {numbers['volume_lots']} lots"
    else:
        why = decision["reason"]
    return f"{decision['account_id']}: {why}"


def _issued(directive: Payload) -> str:
    volume = f"{_exact(directive['volume_lots'])} lots " if directive["volume_lots"] is not None else ""
    return (
        f"no. {directive['directive_no']} for {directive['account_id']}:"
        f" {directive['action']} {directive['side']} {volume}at {directive['order_type']}{_stops(directive)}"
    )


def _granted(acknowledgement: Payload) -> str:
    return f"no. {acknowledgement['directive_no']} to officer {acknowledgement['instance_id'][:8]}"


def _execution(event: Payload) -> str:
    if event["price"] is None:
        return f"no. {event['directive_no']}: {event['message'] or event['code'] or event['status']}"
    by = f" by {event['reason']}" if event["reason"] not in (None, "expert") else ""
    profit = f", profit {_exact(event['profit'])}" if event["kind"] == "position_closed" else ""
    return (
        f"no. {event['directive_no']}: {_exact(event['volume_lots'])} lots at {_exact(event['price'])}{by}"
        f"{profit}, commission {_exact(event['commission'])}, deal {event['deal_ticket']}"
    )


def _stops(row: Payload) -> str:
    named = (("stop loss", row["stop_loss"]), ("take profit", row["take_profit"]))
    return "".join(f", {name} {_exact(price)}" for name, price in named if price is not None)


def _exact(value: object) -> str:
    """A number of the journal as it stands there, "-" for none."""
    return "-" if value is None else str(value)


_TELLERS: Mapping[str, Callable[[Payload], str]] = {
    "signal.published": _published,
    "signal": _status,
    "decision": _decision,
    "directive.issued": _issued,
    "directive": _status,
    "acknowledgement": _granted,
    "execution": _execution,
}
