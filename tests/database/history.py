"""A history in which everything that can happen has happened at least once, to both accounts."""

from datetime import UTC, date, datetime
from functools import partial

from functions.contract.scalars import timestamp_text
from tests.database.archiving import archive
from tests.database.checkpoints import checkpoint
from tests.database.database import Database
from tests.database.story import (
    FIRST_EA,
    ROOMY,
    SECOND_EA,
    acknowledge,
    closing,
    decide,
    decline,
    directive,
    event,
    halt,
    issue,
    issued,
    modifying,
    opened,
    opening,
    publish,
    report,
    resume,
    signal,
    uuid_of,
)
from tests.support import documents
from tests.support.clock import T0, after

ACCOUNTS = ("demo-1", "demo-2")

# Every event there is, by the entity whose chain it continues.
EVENTS = {
    "account": {"account.opened", "account.changed"},
    "strategy": {"strategy.added", "strategy.changed"},
    "subscription": {"subscription.added", "subscription.changed"},
    "api_key": {"api_key.issued", "api_key.revoked"},
    "halt": {"trading.halted", "trading.resumed"},
    "correlation_group": {"correlation_group.added", "correlation_group.changed"},
    "news_window": {"news_window.added", "news_window.changed"},
    "settings": {"settings.changed"},
    "signal": {"signal.published", "signal.processed", "signal.archived"},
    "decision": {"decision.issued", "decision.declined"},
    "directive": {
        "directive.issued",
        "directive.acknowledged",
        "directive.completed",
        "directive.failed",
        "directive.cancelled",
        "acknowledgement.granted",
        "execution.order_filled",
        "execution.order_placed",
        "execution.order_rejected",
        "execution.order_failed",
        "execution.order_cancelled",
        "execution.position_closed",
        "execution.position_modified",
        "execution.outcome_unknown",
    },
    "archive": {"month.chosen", "month.signals_archived", "month.checkpointed", "month.moved"},
    "lifecycle": {"lifecycle.extended"},
    "operator_action": {
        "operator.directive_cancelled",
        "operator.directive_resolved",
        "operator.finding_dismissed",
    },
    "unmatched_report": {"report.unmatched"},
    "discrepancy": {
        "discrepancy.position_missing",
        "discrepancy.position_unknown",
        "discrepancy.volume_differs",
    },
}


def stock(database: Database) -> None:
    """Two accounts that follow one strategy, both synchronised at T0."""
    database.call("operator", "save_strategy", p_strategy=documents.strategy())
    for account_id in ACCOUNTS:
        database.call("operator", "open_account", p_account=documents.account(account_id, **ROOMY))
        database.call("operator", "subscribe", p_subscription=documents.subscription(account_id))
        request = documents.sync_request(FIRST_EA)
        database.call("officer", "sync_account", account_id=account_id, p_request=request)


def make_history(database: Database) -> None:
    """Let everything happen once. Leaves pending, acknowledged and finished directives behind."""
    _standing(database)
    _partial_closes(database)
    for account_id in ACCOUNTS:
        _trades(database, account_id)
        _misfits(database, account_id)
        _decided_by_hand(database, account_id)
    publish(database, signal("nobody decides this"))
    publish(database, signal("weak"))
    decide(database, "weak", *map(decline, ACCOUNTS))
    _archived(database)
    checkpoint(database)


def _standing(database: Database) -> None:
    changed = documents.strategy(parameters={"fast": 5})
    database.call("operator", "save_strategy", p_strategy=changed)
    for number, account_id in enumerate(ACCOUNTS):
        key_id = f"key{number}".ljust(12, "0")
        key = {"key_id": key_id, "secret_hash": "ab" * 32, "role": "officer", "account_id": account_id}
        database.call("operator", "issue_api_key", p_key=key | {"label": "an EA"})
        database.call("operator", "revoke_api_key", p_key_id=key_id)
        subscription = documents.subscription(account_id, risk_multiplier="2")
        database.call("operator", "subscribe", p_subscription=subscription)
        database.call(
            "operator", "change_account", p_account_id=account_id, p_changes={"volume_max_lots": 20}
        )
        halt(database, "account", account_id)
        resume(database, "account", account_id)
        _bar(database, "officer", account_id)
    halt(database, "global")
    resume(database, "global")
    for symbols in (["EURUSD"], ["EURUSD", "GBPUSD"]):
        group = {"group_id": "majors", "symbols": symbols}
        database.call("operator", "save_correlation_group", p_group=group)
    for enabled in (True, False):
        database.call("operator", "save_news_window", p_window=documents.news_window(enabled=enabled))
    _bar(database, "feed", None)


def _bar(database: Database, role: str, account_id: str | None) -> None:
    bar = {
        "symbol": "EURUSD",
        "timeframe": "H1",
        "opened_at": timestamp_text(after(hours=-1)),
        "open": "1.1",
        "high": "1.1",
        "low": "1.1",
        "close": "1.1",
        "tick_volume": 1,
        "spread_points": 1,
    }
    database.call(role, "store_bars", account_id=account_id, p_bars=[bar])


def _partial_closes(database: Database) -> None:
    long_ago, before = ({"created_at": timestamp_text(after(minutes=minutes))} for minutes in (-2, -1))
    held = [opened(database, f"position of {name}", account_id=name, **long_ago) for name in ACCOUNTS]
    publish(database, signal("close", action="close", **before))
    decisions = [
        issue(account_id, closing(made.no, volume_lots="0.4"))
        for account_id, made in zip(ACCOUNTS, held, strict=True)
    ]
    assert decide(database, "close", *decisions)["status"] == "processed"
    for account_id in ACCOUNTS:
        (close,) = issued(database, "close", account_id)
        acknowledge(database, close.id, account_id=account_id)
        report(database, event(close.id, "position_closed", volume_lots="0.4"), account_id=account_id)


def _trades(database: Database, account_id: str) -> None:
    def told(name: str, kind: str, *proposed: dict[str, object]) -> None:
        made = directive(database, f"{name} of {account_id}", *proposed, account_id=account_id)
        acknowledge(database, made.id, account_id=account_id)
        report(database, event(made.id, kind), account_id=account_id)

    (position,) = issued(database, f"position of {account_id}", account_id)
    told("modify", "position_modified", modifying(position.no))
    told("placed", "order_placed", opening(order_type="limit", price="1.05"))
    told("rejected", "order_rejected")
    told("failed", "order_failed")
    told("given up", "order_cancelled")
    told("unknown", "outcome_unknown")
    lost = directive(database, f"taken over of {account_id}", account_id=account_id)
    acknowledge(database, lost.id, account_id=account_id)
    late = after(seconds=150)
    acknowledge(database, lost.id, account_id=account_id, instance_id=SECOND_EA, at=late)
    directive(database, f"pending of {account_id}", account_id=account_id)


def _misfits(database: Database, account_id: str) -> None:
    report(database, event(uuid_of("nobody's directive")), account_id=account_id)
    opened(database, f"missing of {account_id}", account_id=account_id)
    differing = opened(database, f"differs of {account_id}", account_id=account_id)
    report(database, event(differing.id, price="9"), account_id=account_id)
    positions = [_position(differing.no, "7"), _position(4_000_000, "1")]
    request = documents.sync_request(FIRST_EA, positions=positions)
    database.call("officer", "sync_account", account_id=account_id, p_request=request)


def _archived(database: Database) -> None:
    at = datetime(2025, 11, 3, 12, tzinfo=UTC)
    moments = {"created_at": timestamp_text(at), "expires_at": timestamp_text(T0)}
    proposed = opening(expires_at=timestamp_text(T0))
    made = directive(database, "of November", proposed, at=at, **moments)
    acknowledge(database, made.id, at=at)
    report(database, event(made.id, "order_rejected"), at=at)
    archive(database, date(2025, 11, 1), at=T0, p_retention_days=30)


def _decided_by_hand(database: Database, account_id: str) -> None:
    decide_by_hand = partial(database.call, "operator", p_reason="a test says so")
    withdrawn = directive(database, f"withdrawn of {account_id}", account_id=account_id)
    decide_by_hand("cancel_directive", p_directive_id=withdrawn.id)
    settled = directive(database, f"settled of {account_id}", account_id=account_id)
    acknowledge(database, settled.id, account_id=account_id)
    decide_by_hand("resolve_directive", p_directive_id=settled.id, p_status="failed")
    late = event(settled.id)
    report(database, late, account_id=account_id)
    subject = f"{account_id}/{late['event_id']}"
    decide_by_hand("dismiss_finding", p_kind="report_anomalous", p_subject=subject)


def _position(directive_no: int, volume_lots: str) -> dict[str, object]:
    return {
        "position_id": str(7000 + directive_no),
        "directive_no": directive_no,
        "symbol": "EURUSD",
        "side": "buy",
        "volume_lots": volume_lots,
        "open_price": "1.1",
        "stop_loss": None,
        "take_profit": None,
        "profit": "0",
        "swap": "0",
        "opened_at": timestamp_text(T0),
    }
