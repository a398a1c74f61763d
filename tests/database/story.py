"""Tells stories through the real functions: a signal, its decision, its directive, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from functions.contract.scalars import timestamp_text
from tests.database.database import Database, Party
from tests.support.clock import T0, after

Document = dict[str, Any]
Caller = Database | Party


def uuid_of(name: str) -> str:
    """The same id for the same name, in every run."""
    return str(uuid5(NAMESPACE_URL, name))


# Tests that are not about limits should not meet any.
ROOMY = {"max_open_positions_account": 1000, "max_open_positions_symbol": 1000}

FIRST_EA = uuid_of("first instance")
SECOND_EA = uuid_of("second instance")


def signal(name: str = "signal", **changes: Any) -> Document:
    """A signal to buy EURUSD at 1.1 with a stop at 1.095, made at T0 and good for an hour."""
    return {
        "signal_id": uuid_of(name),
        "strategy_id": "cross-h1",
        "symbol": "EURUSD",
        "timeframe": "H1",
        "created_at": timestamp_text(T0),
        "action": "open",
        "side": "buy",
        "strength": "0.8",
        "entry_price": "1.1",
        "stop_loss": "1.095",
        "take_profit": "1.11",
        "expires_at": timestamp_text(after(hours=1)),
        "indicators": {"fast": "1.1001", "slow": "1.0999"},
        "opened_before": None,
    } | changes


def opening(**changes: Any) -> Document:
    """A proposed directive: buy one lot at the market within five minutes."""
    return {
        "action": "open",
        "side": "buy",
        "order_type": "market",
        "volume_lots": "1",
        "price": None,
        "stop_loss": "1.095",
        "take_profit": "1.11",
        "max_slippage_points": 20,
        "target_directive_no": None,
        "priority": 5,
        "expires_at": timestamp_text(after(minutes=5)),
    } | changes


def closing(target_directive_no: int, **changes: Any) -> Document:
    """A proposed directive: close the position that another directive opened, whole."""
    return opening(
        action="close",
        volume_lots=None,
        stop_loss=None,
        take_profit=None,
        target_directive_no=target_directive_no,
        priority=9,
        expires_at=None,
    ) | dict(changes)


def modifying(target_directive_no: int, **changes: Any) -> Document:
    """A proposed directive: move the stops of the position that another directive opened."""
    return opening(
        action="modify",
        volume_lots=None,
        stop_loss="1.1",
        take_profit="1.12",
        target_directive_no=target_directive_no,
        priority=7,
    ) | dict(changes)


def issue(account_id: str = "demo-1", *directives: Document) -> Document:
    """A decision to issue: one opening directive unless told which."""
    return {
        "account_id": account_id,
        "outcome": "issued",
        "reason": "issued",
        "numbers": {"equity": "10000"},
        "directives": list(directives) or [opening()],
    }


def decline(account_id: str = "demo-1", reason: str = "signal_too_weak") -> Document:
    """A decision not to."""
    return {
        "account_id": account_id,
        "outcome": "declined",
        "reason": reason,
        "numbers": {},
        "directives": [],
    }


def event(directive_id: str, kind: str = "order_filled", *, name: str = "", **changes: Any) -> Document:
    """A report of one lot filled at 1.1, or of another kind with the status that goes with it."""
    with_price = kind in ("order_filled", "position_closed")
    status = {"order_rejected": "rejected", "order_failed": "failed", "outcome_unknown": "failed"}
    return {
        "event_id": uuid_of(f"{kind} of {directive_id} {name}"),
        "directive_id": directive_id,
        "kind": kind,
        "status": status.get(kind, "success"),
        "order_ticket": None,
        "deal_ticket": None,
        "position_id": "7001" if with_price else None,
        "price": "1.1" if with_price else None,
        "volume_lots": "1" if with_price else None,
        "commission": None,
        "swap": None,
        "profit": None,
        "reason": None,
        "retcode": None,
        "code": None,
        "message": None,
        "occurred_at": timestamp_text(T0),
        "references_event_id": None,
    } | changes


@dataclass(frozen=True)
class Directive:
    """What identifies a directive: `no` at the broker, `id` in messages."""

    no: int
    id: str


def publish(caller: Caller, *signals: Document, at: datetime = T0) -> list[str]:
    """Publish signals; returns the outcome of each."""
    answer = caller.call("generator", "publish_signals", at=at, p_signals=list(signals))
    return [result["outcome"] for result in answer["signals"]]


def change(database: Database, account_id: str = "demo-1", **changes: Any) -> None:
    """Change an account, as its operator."""
    database.call("operator", "change_account", p_account_id=account_id, p_changes=changes)


def decide(caller: Caller, name: str, *decisions: Document, at: datetime = T0) -> Document:
    """Record decisions for the signal of that name; returns the answer."""
    decided = partial(caller.call, "director", "decide_signal", at=at)
    answer: Document = decided(p_signal_id=uuid_of(name), p_decisions=list(decisions))
    return answer


def issued(database: Database, name: str, account_id: str = "demo-1") -> list[Directive]:
    """The directives that the signal of that name led to for an account, in the order of issue."""
    rows = database.rows(
        "select directive_no, directive_id from ledger.trade_directives"
        " where signal_id = %s and account_id = %s order by directive_no",
        uuid_of(name),
        account_id,
    )
    return [Directive(row["directive_no"], str(row["directive_id"])) for row in rows]


def directive(
    database: Database,
    name: str = "signal",
    *proposed: Document,
    account_id: str = "demo-1",
    at: datetime = T0,
    **changes: Any,
) -> Directive:
    """Publish a signal, decide for one account and decline for the other; returns the first directive.

    What it proposes decides the signal's action; further arguments change the signal.
    """
    action = proposed[0]["action"] if proposed else "open"
    outcomes = publish(database, signal(name, action=action, **changes), at=at)
    others = {"demo-1", "demo-2"} - {account_id}
    answer = decide(database, name, issue(account_id, *proposed), *map(decline, others), at=at)
    assert (outcomes, answer["status"], answer["issued"]) == (["published"], "processed", 1), answer
    return issued(database, name, account_id)[0]


def poll(
    caller: Caller,
    *,
    account_id: str = "demo-1",
    instance_id: str = FIRST_EA,
    max_directives: int = 100,
    unresolved: Sequence[str] = (),
    at: datetime = T0,
) -> Document:
    """What an officer is answered when it asks for work."""
    request = {
        "instance_id": instance_id,
        "max_directives": max_directives,
        "unresolved": list(unresolved),
    }
    answer: Document = caller.call(
        "officer", "poll_directives", account_id=account_id, at=at, p_request=request
    )
    return answer


def acknowledge(
    caller: Caller,
    *directive_ids: str,
    account_id: str = "demo-1",
    instance_id: str = FIRST_EA,
    at: datetime = T0,
) -> list[Document]:
    """The results of an acknowledgement, in the order asked."""
    request = {"instance_id": instance_id, "directive_ids": list(directive_ids)}
    answer = caller.call("officer", "acknowledge_directives", account_id=account_id, at=at, p_request=request)
    results: list[Document] = answer["results"]
    return results


def report(
    caller: Caller,
    *events: Document,
    account_id: str = "demo-1",
    instance_id: str = FIRST_EA,
    at: datetime = T0,
) -> list[Document]:
    """The results of a report, in the order sent."""
    request = {"instance_id": instance_id, "events": list(events)}
    answer = caller.call("officer", "report_executions", account_id=account_id, at=at, p_request=request)
    results: list[Document] = answer["results"]
    return results


def opened(
    database: Database,
    name: str = "signal",
    *,
    account_id: str = "demo-1",
    volume_lots: str = "1",
    **changes: Any,
) -> Directive:
    """A directive whose position is open: issued, acknowledged, filled. Changes are to its signal.

    Its signal is a second older than others: a close means what is older than itself.
    """
    proposed = opening(volume_lots=volume_lots)
    story: Document = {"created_at": timestamp_text(after(seconds=-1))} | changes
    made = directive(database, name, proposed, account_id=account_id, **story)
    acknowledge(database, made.id, account_id=account_id)
    report(database, event(made.id, volume_lots=volume_lots), account_id=account_id)
    return made


def status(database: Database, made: Directive) -> str:
    """The directive's status now."""
    query = "select status from ledger.trade_directives where directive_no = %s"
    return str(database.value(query, made.no))


def exposure(database: Database, made: Directive) -> tuple[str, str, str] | None:
    """Directed, filled and closed volume that a directive has at risk, lots; None when nothing is left."""
    rows = database.rows(
        "select trim_scale(volume_directed_lots)::text as a, trim_scale(volume_filled_lots)::text as b,"
        " trim_scale(volume_closed_lots)::text as c from ledger.exposures where directive_no = %s",
        made.no,
    )
    return (rows[0]["a"], rows[0]["b"], rows[0]["c"]) if rows else None


def halt(caller: Caller, scope: str, value: str | None = None, *, at: datetime = T0) -> None:
    """Stop opens of a scope."""
    document = {"scope": scope, "value": value, "reason": "a test says so"}
    caller.call("operator", "halt_trading", at=at, p_halt=document)


def resume(caller: Caller, scope: str, value: str | None = None, *, at: datetime = T0) -> None:
    """Take a halt back."""
    document = {"scope": scope, "value": value, "reason": "a test says so"}
    caller.call("operator", "resume_trading", at=at, p_halt=document)
