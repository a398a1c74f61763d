"""A director inside a test: a run of it, what it is told, what is recorded; and signals to close."""

from datetime import datetime
from typing import Any

from functions.contract.scalars import timestamp_text
from functions.contract.signal import Signal
from functions.director.context import AccountContext
from functions.director.decide import decide as director_decides
from tests.database.database import Database
from tests.database.story import (
    FIRST_EA,
    decide,
    issued,
    publish,
    signal,
    uuid_of,
)
from tests.support import documents
from tests.support.clock import T0, after

Pending = list[dict[str, Any]]


def looked(database: Database, at: datetime = T0) -> Pending:
    """What a director run reads, once, before it decides."""
    found: Pending = database.call("director", "pending_signals", at=at, p_max_signals=100)["signals"]
    return found


def run(database: Database, at: datetime = T0, pending: Pending | None = None) -> None:
    """A director run with the director's own rules: on what is pending now, or on what it saw earlier."""
    for waiting in looked(database, at) if pending is None else pending:
        found = Signal.model_validate(waiting["signal"])
        contexts = [AccountContext.model_validate(context) for context in waiting["accounts"]]
        decisions = [director_decides(found, context, at).model_dump(mode="json") for context in contexts]
        database.call(
            "director", "decide_signal", at=at, p_signal_id=str(found.signal_id), p_decisions=decisions
        )


def ending(name: str = "close", *, at: datetime | None = None, **changes: Any) -> dict[str, Any]:
    """A signal to close all that the strategy holds, on both sides, made a moment after T0."""
    made_at = timestamp_text(at or after(milliseconds=1))
    bare: dict[str, Any] = {"side": None, "entry_price": None, "stop_loss": None, "take_profit": None}
    return signal(name, action="close", **bare | {"created_at": made_at} | changes)


def targets(database: Database, *names: str) -> list[int]:
    """What the directives of these signals close."""
    query = "select target_directive_no as target from ledger.trade_directives where directive_no = any (%s)"
    made = [close.no for name in names for close in issued(database, name)]
    return sorted(row["target"] for row in database.rows(query, made))


def signal_status(database: Database, name: str = "close") -> str:
    """Where the signal of that name stands."""
    query = "select status from ledger.signal_outbox where signal_id = %s"
    return str(database.value(query, uuid_of(name)))


def token(database: Database) -> str:
    """What stands for all that demo-1 holds, as a director is told."""
    publish(database, signal("asked", created_at="2026-01-05T11:00:00Z"))
    (waiting, *_) = database.call("director", "pending_signals", p_max_signals=1)["signals"]
    return str(waiting["accounts"][0]["exposures_token"])


def seen(decision: dict[str, Any], exposures_token: str | None) -> dict[str, Any]:
    """The decision, made by holdings that this token stands for."""
    return decision | {"numbers": {"exposures_token": exposures_token}}


def outcome(database: Database, name: str, decision: dict[str, Any]) -> list[tuple[str, str]]:
    """Account, outcome and reason, as recorded for demo-1."""
    answer = decide(database, name, decision)
    return [(one["outcome"], one["reason"]) for one in answer["decisions"]]


def recorded(database: Database) -> tuple[str, dict[str, Any]]:
    """Why it was decided so for demo-1, and how much of the other side goes."""
    query = "select reason, numbers from ledger.risk_decisions where signal_id = %s and account_id = 'demo-1'"
    (row,) = database.rows(query, uuid_of("signal"))
    names = ("positions_reversed", "positions_withdrawn")
    return row["reason"], {name: row["numbers"][name] for name in names if name in row["numbers"]}


def facts(database: Database, *, at: datetime = T0, **changes: Any) -> dict[str, Any]:
    """What is told of demo-1 when a new signal is pending."""
    publish(database, signal("asked", **changes))
    (waiting,) = database.call("director", "pending_signals", at=at, p_max_signals=10)["signals"]
    context: dict[str, Any] = waiting["accounts"][0]
    AccountContext.model_validate(context)
    return context


def sync(database: Database, equity: str, at: datetime, **changes: Any) -> None:
    """What demo-1's officer reports; changes are to the request."""
    account = documents.account_state(equity=equity)
    request = documents.sync_request(FIRST_EA, account=account, **changes)
    database.call("officer", "sync_account", account_id="demo-1", at=at, p_request=request)
