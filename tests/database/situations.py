"""Every kind of finding as it comes about, and what makes it go away: told through the real functions."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from functions.contract.scalars import timestamp_text
from tests.database.archiving import archive, take
from tests.database.checkpoints import checkpoint, write
from tests.database.database import Database
from tests.database.story import (
    FIRST_EA,
    SECOND_EA,
    Directive,
    acknowledge,
    decide,
    decline,
    directive,
    event,
    halt,
    issue,
    opened,
    poll,
    publish,
    report,
    resume,
    signal,
    uuid_of,
)
from tests.support import documents
from tests.support.clock import T0, after

Finding = dict[str, Any]

KEY = {
    "key_id": "k" * 12,
    "secret_hash": "ab" * 32,
    "role": "officer",
    "account_id": "demo-1",
    "label": "the EA in London",
    "expires_at": timestamp_text(after(days=10)),
}
WHY = "a test looked into it"


@dataclass(frozen=True)
class Situation:
    """How a finding comes about and goes away.

    `arrange` makes it so and returns when to look; `remedy` does what the finding says and returns when to
    look again. `subject` is what the finding names, or part of it.
    """

    severity: str
    arrange: Callable[[Database], datetime]
    remedy: Callable[[Database, Finding], datetime]
    subject: str = ""


def sync(database: Database, *, at: datetime = T0, **changes: Any) -> None:
    """Let demo-1's officer say what there is at the broker."""
    request = documents.sync_request(FIRST_EA, **changes)
    database.call("officer", "sync_account", account_id="demo-1", at=at, p_request=request)


def position(made: Directive, volume_lots: str = "1") -> dict[str, Any]:
    """A position at the broker with a directive's magic number."""
    return {
        "position_id": "7001",
        "directive_no": made.no,
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


def cancel(database: Database, finding: Finding) -> datetime:
    """Withdraw the directive that a finding is about."""
    database.call("operator", "cancel_directive", p_directive_id=finding["subject"], p_reason=WHY)
    return after(hours=2)


def resolve(database: Database, finding: Finding) -> datetime:
    """Settle the directive that a finding is about."""
    arguments = {"p_directive_id": finding["subject"], "p_status": "failed", "p_reason": WHY}
    database.call("operator", "resolve_directive", **arguments)
    return after(hours=2)


def dismiss(database: Database, finding: Finding) -> datetime:
    """Say that the report that a finding is about has been looked into."""
    arguments = {"p_kind": finding["kind"], "p_subject": finding["subject"], "p_reason": WHY}
    database.call("operator", "dismiss_finding", **arguments)
    return after(minutes=2)


def _only_one_decided(database: Database) -> datetime:
    publish(database, signal())
    assert decide(database, "signal", issue("demo-1"))["status"] == "pending"
    return after(minutes=6)


def _decided(database: Database, _: Finding) -> datetime:
    decide(database, "signal", decline("demo-1"), decline("demo-2"))
    return after(minutes=6)


def _published(database: Database) -> datetime:
    publish(database, signal())
    return after(minutes=6)


def _not_collected(database: Database) -> datetime:
    directive(database, "not collected")
    return after(minutes=3)


def _not_acknowledged(database: Database) -> datetime:
    directive(database, "not acknowledged")
    poll(database, at=after(minutes=5))
    return after(minutes=6)


def _without_result(database: Database) -> datetime:
    acknowledge(database, directive(database, "without result").id)
    return after(minutes=16)


def _outcome_unknown(database: Database) -> datetime:
    made = directive(database, "outcome unknown")
    acknowledge(database, made.id)
    report(database, event(made.id, "outcome_unknown"))
    return after(minutes=16)


def _unmatched(database: Database) -> datetime:
    report(database, event(uuid_of("nobody's directive")))
    return after(minutes=1)


def _anomalous(database: Database) -> datetime:
    made = directive(database, "anomalous")
    cancel(database, {"subject": made.id})
    report(database, event(made.id))
    return after(minutes=1)


def _rejected(database: Database) -> datetime:
    for n in range(5):
        made = directive(database, f"rejected {n}")
        acknowledge(database, made.id)
        report(database, event(made.id, "order_rejected", retcode=10019, message="No money"))
    return after(minutes=1)


def _halted_for_long(database: Database, finding: Finding) -> datetime:
    halt(database, "account", finding["subject"])
    return after(minutes=61)


def _time_passes(**parts: float) -> Callable[[Database], datetime]:
    return lambda _: after(**parts)


def _polled(database: Database, _: Finding) -> datetime:
    poll(database, at=after(minutes=3))
    return after(minutes=3)


def _polled_without_sync(database: Database) -> datetime:
    poll(database, at=after(minutes=11))
    return after(minutes=11)


def _synchronised(database: Database, _: Finding) -> datetime:
    sync(database, at=after(minutes=11))
    return after(minutes=11)


def _not_allowed(database: Database) -> datetime:
    sync(database, account=documents.account_state(trade_allowed=False))
    return after(minutes=1)


def _allowed(database: Database, _: Finding) -> datetime:
    sync(database, at=after(minutes=1))
    return after(minutes=1)


def _both_poll(database: Database) -> datetime:
    poll(database, instance_id=FIRST_EA)
    poll(database, instance_id=SECOND_EA)
    return after(minutes=1)


def _one_polls(database: Database, _: Finding) -> datetime:
    poll(database, instance_id=FIRST_EA, at=after(minutes=3))
    return after(minutes=3)


def _closed_at_the_broker(database: Database) -> datetime:
    opened(database)
    sync(database)
    return after(minutes=4)


def _close_found(database: Database, finding: Finding) -> datetime:
    directive_no = int(finding["subject"].partition("/")[2])
    made = _numbered(database, directive_no)
    report(database, event(made.id, "position_closed", reason="stop_loss"), at=after(minutes=4))
    sync(database, at=after(minutes=4))
    return after(minutes=4)


def _unknown_at_the_broker(database: Database) -> datetime:
    made = directive(database, "unknown at the broker")
    acknowledge(database, made.id)
    resolve(database, {"subject": made.id})
    sync(database, positions=[position(made)])
    return after(minutes=4)


def _fill_found(database: Database, finding: Finding) -> datetime:
    made = _numbered(database, int(finding["subject"].partition("/")[2]))
    report(database, event(made.id), at=after(minutes=4))
    sync(database, at=after(minutes=4), positions=[position(made)])
    return after(minutes=4)


def _half_at_the_broker(database: Database) -> datetime:
    sync(database, positions=[position(opened(database), "0.5")])
    return after(minutes=4)


def _half_close_found(database: Database, finding: Finding) -> datetime:
    made = _numbered(database, int(finding["subject"].partition("/")[2]))
    report(database, event(made.id, "position_closed", volume_lots="0.5"), at=after(minutes=4))
    sync(database, at=after(minutes=4), positions=[position(made, "0.5")])
    return after(minutes=4)


def _numbered(database: Database, directive_no: int) -> Directive:
    query = "select directive_id from ledger.directive_registry where directive_no = %s"
    return Directive(directive_no, str(database.value(query, directive_no)))


def _months_made(database: Database, finding: Finding) -> datetime:
    moment = f"{finding['subject']}-01T00:00:00Z"
    database.call("archivist", "premake_partitions", at=None, p_from=moment, p_months=3)
    return datetime(2026, 4, 25, tzinfo=UTC)


def _uncovered(database: Database) -> datetime:
    checkpoint(database)
    write(database, 1)
    return after(minutes=6)


def _checkpointed(database: Database, _: Finding) -> datetime:
    checkpoint(database)
    return after(minutes=6)


def _restored_elsewhere(database: Database) -> datetime:
    # All that a restored dump has of its first server is this number.
    database.execute("alter table ledger.journal_epochs disable trigger a_guard_row")
    database.execute("update ledger.journal_epochs set system_identifier = 1")
    database.execute("alter table ledger.journal_epochs enable always trigger a_guard_row")
    return after(minutes=1)


def _epoch_started(database: Database, _: Finding) -> datetime:
    with database.connect() as owner:
        owner.execute("select ledger.start_epoch()")
    return after(minutes=1)


ARCHIVED_AT = after(days=130)


def _archive_begun(database: Database) -> datetime:
    take(database, "chosen", at=ARCHIVED_AT)
    return after(days=130, hours=2)


def _archive_done(database: Database, finding: Finding) -> datetime:
    archive(database, date.fromisoformat(finding["subject"]), at=ARCHIVED_AT)
    return after(days=130, hours=2)


def _halted(database: Database) -> datetime:
    halt(database, "symbol", "EURUSD")
    return after(minutes=1)


def _resumed(database: Database, finding: Finding) -> datetime:
    resume(database, *finding["subject"].split())
    return after(minutes=1)


def _enabled(enabled: bool) -> Callable[..., datetime]:
    def change(database: Database, *_: Finding) -> datetime:
        changes = {"enabled": enabled}
        database.call("operator", "change_account", p_account_id="demo-1", p_changes=changes)
        return after(minutes=1)

    return change


def _real_time(database: Database, _: Finding) -> datetime:
    database.execute("update ledger.settings set simulated_time = false where only_row")
    return after(minutes=1)


def _key_that_ends(**parts: float) -> Callable[[Database], datetime]:
    def issue_key(database: Database) -> datetime:
        database.call("operator", "issue_api_key", p_key=KEY)
        return after(**parts)

    return issue_key


def _key_revoked(database: Database, finding: Finding) -> datetime:
    database.call("operator", "revoke_api_key", p_key_id=finding["subject"])
    return after(days=11)


SITUATIONS: dict[str, Situation] = {
    "signal_undecided": Situation("warning", _published, _decided, uuid_of("signal")),
    "signal_half_decided": Situation("warning", _only_one_decided, _decided, uuid_of("signal")),
    "directive_not_collected": Situation("warning", _not_collected, cancel),
    "directive_not_acknowledged": Situation("warning", _not_acknowledged, cancel),
    "directive_without_result": Situation("warning", _without_result, resolve),
    "outcome_unknown": Situation("critical", _outcome_unknown, resolve),
    "report_unmatched": Situation("warning", _unmatched, dismiss, "demo-1/"),
    "report_anomalous": Situation("warning", _anomalous, dismiss, "demo-1/"),
    "orders_rejected": Situation("warning", _rejected, _halted_for_long, "demo-1"),
    "officer_not_seen": Situation("warning", _time_passes(minutes=3), _polled, "demo-1"),
    "account_state_stale": Situation("warning", _polled_without_sync, _synchronised, "demo-1"),
    "trading_not_allowed": Situation("warning", _not_allowed, _allowed, "demo-1"),
    "two_terminals": Situation("warning", _both_poll, _one_polls, "demo-1"),
    "position_missing": Situation("critical", _closed_at_the_broker, _close_found, "demo-1/"),
    "position_unknown": Situation("critical", _unknown_at_the_broker, _fill_found, "demo-1/"),
    "volume_differs": Situation("critical", _half_at_the_broker, _half_close_found, "demo-1/"),
    "partitions_missing": Situation(
        "critical", lambda _: datetime(2026, 4, 25, tzinfo=UTC), _months_made, "2026-05"
    ),
    "checkpoint_late": Situation("warning", _uncovered, _checkpointed, "journal row "),
    "epoch_ended": Situation("critical", _restored_elsewhere, _epoch_started, "journal"),
    "archive_stuck": Situation("warning", _archive_begun, _archive_done, "2026-01-01"),
    "trading_halted": Situation("info", _halted, _resumed, "symbol EURUSD"),
    "account_disabled": Situation("info", _enabled(False), _enabled(True), "demo-1"),
    "simulated_time": Situation("info", _time_passes(minutes=1), _real_time, "ledger.settings"),
    "api_key_expiring": Situation("info", _key_that_ends(days=9), _key_revoked, "k" * 12),
    "api_key_expired": Situation("warning", _key_that_ends(days=11), _key_revoked, "k" * 12),
}
"""By kind. Where a finding has several severities, the one that the situation has when it is looked at."""
