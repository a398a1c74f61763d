"""POST /director over the real ledger: one decision per signal and account, whoever decides and how often."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, uuid4, uuid5

import functions_framework
import pytest

from functions.contract.scalars import timestamp_text
from functions.contract.signal import Signal
from tests.director import cases
from tests.support.clock import T0, after
from tests.support.documents import account_state, instrument, sync_request
from tests.support.http import MAIN
from tests.support.project import Project


@dataclass(frozen=True)
class Desk:
    """A project with a director, a strategy `trend`, and accounts that follow it."""

    project: Project
    key: str

    def follow(self, account_id: str, *, equity: str = "10000", multiplier: str = "1", **limits: Any) -> None:
        """Open an account that has just synced and follows every strategy there is."""
        self.project.open_account(account_id, **limits)
        self.sync(account_id, equity)
        for row in self.project.rows("select strategy_id from ledger.strategies"):
            self.project.subscribe(account_id, row["strategy_id"], risk_multiplier=multiplier)

    def sync(self, account_id: str, equity: str = "10000", at: datetime = T0) -> None:
        """Report equity, and specifications in which one tick of one lot is worth one."""
        request = sync_request(
            str(uuid4()),
            account=account_state(equity=equity),
            instruments=[instrument(symbol, tick_value="1") for symbol in ("EURUSD", "GBPUSD")],
        )
        self.project.call("officer", "sync_account", account_id=account_id, at=at, p_request=request)

    def publish(self, *signals: Signal, at: datetime = T0) -> None:
        """Publish signals as the generator."""
        documents = [signal.model_dump(mode="json") for signal in signals]
        answer = self.project.call("generator", "publish_signals", at=at, p_signals=documents)
        assert {signal["outcome"] for signal in answer["signals"]} == {"published"}

    def run(self, at: datetime = T0, max_signals: int = 100) -> list[dict[str, Any]]:
        """Call the director; the signals it settled."""
        reply = self.project.send("/director", {"max_signals": max_signals}, key=self.key, at=at)
        assert reply.status == 200, reply.text
        signals: list[dict[str, Any]] = reply.document["signals"]
        return signals

    def directives(self) -> list[dict[str, Any]]:
        """What was issued, in order."""
        return self.project.rows(
            "select directive_no, directive_id::text, account_id, action, target_directive_no,"
            " volume_lots::float from ledger.trade_directives order by directive_no"
        )

    def reasons(self) -> list[tuple[str, str]]:
        """Account and reason of each decision, by account and time."""
        query = "select account_id, reason from ledger.risk_decisions order by account_id, decided_at, reason"
        return [(row["account_id"], row["reason"]) for row in self.project.rows(query)]

    def fill(self, account_id: str) -> None:
        """Acknowledge and fill what waits for an account, as its officer."""
        instance_id = str(uuid4())
        for directive in self.directives():
            if directive["account_id"] == account_id:
                self._fill(account_id, instance_id, directive)

    def _fill(self, account_id: str, instance_id: str, directive: dict[str, Any]) -> None:
        ack = {"instance_id": instance_id, "directive_ids": [directive["directive_id"]]}
        self.project.call("officer", "acknowledge_directives", account_id=account_id, at=T0, p_request=ack)
        report = {"instance_id": instance_id, "events": [_fill_event(directive)]}
        self.project.call("officer", "report_executions", account_id=account_id, at=T0, p_request=report)


@pytest.fixture
def desk(project: Project) -> Desk:
    project.save_strategy("trend", symbols=["EURUSD", "GBPUSD"])
    return Desk(project, project.issue_key("director"))


def signal_at(created_at: datetime = T0, name: str = "one", **changes: Any) -> Signal:
    """A signal to buy EURUSD, sized to half a lot on 10,000, with an id that follows from its name."""
    lifetime = timedelta(hours=3)
    key = {
        "signal_id": uuid5(NAMESPACE_OID, name),
        "created_at": created_at,
        "expires_at": created_at + lifetime,
    }
    return cases.signal(**key | changes)


def test_a_signal_is_decided_for_each_account_by_its_own_limits(desk: Desk) -> None:
    desk.follow("alpha", risk_per_trade="0.01")
    desk.follow("beta", risk_per_trade="0.01", equity="50000", multiplier="0.5")
    desk.follow("gamma", min_strength="0.9")
    desk.publish(signal_at())
    [settled] = desk.run(at=after(seconds=5))
    assert (settled["status"], settled["issued"], settled["declined"]) == ("processed", 2, 1)
    issued = [(directive["account_id"], directive["volume_lots"]) for directive in desk.directives()]
    assert issued == [("alpha", 0.5), ("beta", 1.25)]
    assert desk.reasons() == [("alpha", "issued"), ("beta", "issued"), ("gamma", "strength_below_minimum")]


def test_a_director_run_twice_decides_nothing_new(desk: Desk) -> None:
    desk.follow("alpha")
    desk.publish(signal_at())
    desk.run()
    before = desk.project.contents()
    assert desk.run() == []
    assert desk.project.contents() == before


def test_the_limits_hold_among_signals_decided_in_one_run(desk: Desk) -> None:
    desk.follow("alpha", max_open_positions_account=2)
    desk.publish(*(signal_at(name=f"signal {number}") for number in range(4)))
    assert [signal["issued"] for signal in desk.run()] == [1, 1, 0, 0]
    assert desk.reasons() == [("alpha", "issued")] * 2 + [("alpha", "max_open_positions_account")] * 2


def test_a_limit_of_money_holds_among_signals_decided_in_one_run(desk: Desk) -> None:
    # Each position is worth 55,000, 5.5 times the equity.
    desk.follow("alpha", max_net_exposure_currency="12")
    desk.publish(*(signal_at(name=f"signal {number}") for number in range(4)))
    settled = desk.run()
    assert sorted(signal["issued"] for signal in settled) == [0, 0, 1, 1]
    assert {signal["status"] for signal in settled} == {"processed"}
    assert desk.reasons() == [("alpha", "issued")] * 2 + [("alpha", "max_net_exposure_currency")] * 2


def test_a_signal_the_other_way_closes_what_is_held_and_opens(desk: Desk) -> None:
    desk.follow("alpha", opposite_positions="reverse", max_open_positions_symbol=1)
    desk.publish(signal_at(name="up"))
    desk.run()
    desk.fill("alpha")
    desk.publish(signal_at(name="down", side="sell", stop_loss="1.102", take_profit=None))
    assert [signal["issued"] for signal in desk.run()] == [1]
    told = [(directive["action"], directive["target_directive_no"]) for directive in desk.directives()]
    first = desk.directives()[0]["directive_no"]
    assert told == [("open", None), ("close", first), ("open", None)]


def test_losses_stop_opens_until_the_operator_has_looked_into_them(desk: Desk) -> None:
    desk.follow("alpha", max_drawdown="0.1")
    desk.sync("alpha", "9000", at=after(minutes=1))
    desk.publish(signal_at(name="one"))
    desk.run(at=after(minutes=1))
    since = {"equity_marks_since": timestamp_text(after(minutes=2))}
    desk.project.call("operator", "change_account", at=T0, p_account_id="alpha", p_changes=since)
    desk.publish(signal_at(name="two"))
    desk.run(at=after(minutes=2))
    desk.sync("alpha", "9000", at=after(minutes=3))
    desk.publish(signal_at(name="three"))
    desk.run(at=after(minutes=3))
    reasons = ["max_drawdown", "equity_marks_missing", "issued"]
    assert desk.reasons() == [("alpha", reason) for reason in reasons]


def test_eight_directors_at_once_issue_one_directive_per_signal_and_account_within_the_limits(
    desk: Desk,
) -> None:
    desk.follow("alpha", max_open_positions_account=1)
    desk.follow("beta", max_open_positions_symbol=3)
    desk.follow("gamma")
    signals = [signal_at(name=f"signal {number}") for number in range(5)]
    desk.publish(*signals)
    application = functions_framework.create_app("director", str(MAIN))  # type: ignore[no-untyped-call]
    headers = {
        "Authorization": f"Bearer {desk.key}",
        "X-Contract-Version": "1",
        "X-Simulated-Time": timestamp_text(T0),
    }

    def run(_: int) -> object:
        # A client each: they are not made to be shared between threads.
        return application.test_client().post("/", json={"max_signals": 100}, headers=headers).status_code

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(run, range(8))) == [200] * 8
    issued = [directive["account_id"] for directive in desk.directives()]
    assert {account: issued.count(account) for account in set(issued)} == {"alpha": 1, "beta": 3, "gamma": 5}
    assert len(desk.reasons()) == 3 * len(signals)
    open_signals = desk.project.rows("select from ledger.signal_outbox where status <> 'processed'")
    assert open_signals == []


def test_a_signal_nobody_follows_is_settled(desk: Desk) -> None:
    desk.publish(signal_at())
    [settled] = desk.run()
    assert (settled["status"], settled["issued"], settled["declined"]) == ("processed", 0, 0)
    assert desk.run() == []


def test_no_more_signals_are_settled_than_asked_for_and_the_oldest_come_first(desk: Desk) -> None:
    desk.publish(signal_at(name="new"), signal_at(after(hours=-1), name="old"))
    [first] = desk.run(max_signals=1)
    assert first["created_at"] == timestamp_text(after(hours=-1))
    [second] = desk.run(max_signals=1)
    assert second["created_at"] == timestamp_text(T0)


def test_an_account_that_cannot_be_decided_for_waits_alone(desk: Desk) -> None:
    desk.follow("alpha")
    desk.follow("beta")
    # A specification that no contract allows, as a fault of ours might leave it.
    desk.project.execute(
        "update ledger.instruments set tick_size = 1e-12 where symbol = 'GBPUSD' and account_id = 'alpha'"
    )
    desk.publish(signal_at(after(seconds=-1), name="broken", symbol="GBPUSD"), signal_at(name="sound"))
    first = [(signal["symbol"], signal["status"], signal["issued"]) for signal in desk.run()]
    assert first == [("GBPUSD", "pending", 1), ("EURUSD", "processed", 2)]
    desk.sync("alpha")
    [second] = desk.run()
    assert (second["symbol"], second["status"], second["issued"]) == ("GBPUSD", "processed", 1)


def test_a_signal_that_is_refused_does_not_keep_the_others_waiting(desk: Desk) -> None:
    desk.follow("alpha")
    desk.publish(signal_at(after(seconds=-1), name="refused", symbol="GBPUSD"), signal_at(name="sound"))
    # A rule the database has and the director does not know.
    desk.project.execute("alter table ledger.risk_decisions add check (symbol <> 'GBPUSD') not valid")
    assert [signal["symbol"] for signal in desk.run()] == ["EURUSD"]
    desk.project.execute("alter table ledger.risk_decisions drop constraint risk_decisions_symbol_check")
    assert [signal["symbol"] for signal in desk.run()] == ["GBPUSD"]


def test_closes_that_wait_keep_nobody_from_what_is_behind_them(desk: Desk) -> None:
    desk.follow("alpha")
    desk.publish(signal_at(after(minutes=-9), name="taken"))
    desk.run()
    [taken] = desk.directives()
    ack = {"instance_id": str(uuid4()), "directive_ids": [taken["directive_id"]]}
    desk.project.call("officer", "acknowledge_directives", account_id="alpha", at=T0, p_request=ack)
    # Nobody knows what became of it, and each of these means it.
    waiting = [
        cases.closing_signal(
            signal_id=uuid5(NAMESPACE_OID, f"close {number}"),
            created_at=after(minutes=number - 8),
            expires_at=after(hours=1),
        )
        for number in range(3)
    ]
    desk.publish(*waiting, signal_at(name="fresh", symbol="GBPUSD"))

    [fresh, *others] = desk.run(max_signals=1)

    assert (fresh["symbol"], fresh["status"], fresh["issued"]) == ("GBPUSD", "processed", 1)
    assert {one["status"] for one in others} == {"pending"}


def test_a_halt_stops_opens_and_a_position_is_closed_all_the_same(desk: Desk) -> None:
    desk.follow("alpha")
    desk.publish(signal_at(name="first"))
    desk.run()
    desk.fill("alpha")
    halt = {"scope": "account", "value": "alpha", "reason": "drawdown"}
    desk.project.call("operator", "halt_trading", at=T0, p_halt=halt)
    desk.project.call("operator", "change_account", at=T0, p_account_id="alpha", p_changes={"enabled": False})
    closing = cases.closing_signal(
        signal_id=uuid5(NAMESPACE_OID, "close"), created_at=after(seconds=1), expires_at=after(minutes=1)
    )
    desk.publish(signal_at(name="second"), closing)
    assert sorted(signal["issued"] for signal in desk.run(at=after(minutes=5))) == [0, 1]
    opened, closed = desk.directives()
    assert (closed["action"], closed["target_directive_no"]) == ("close", opened["directive_no"])
    declined = desk.project.rows(
        "select reason, numbers from ledger.risk_decisions where outcome = 'declined'"
    )
    assert [row["reason"] for row in declined] == ["account_disabled"]
    assert declined[0]["numbers"]["halt_reason"] == "drawdown"


def test_an_account_whose_officer_is_silent_opens_nothing(desk: Desk) -> None:
    desk.follow("alpha", max_state_age_seconds=60)
    later = after(seconds=61)
    desk.publish(signal_at(later), at=later)
    desk.run(at=later)
    assert desk.reasons() == [("alpha", "account_state_stale")]


def _fill_event(directive: dict[str, Any]) -> dict[str, Any]:
    return {
        "event_id": str(uuid4()),
        "directive_id": directive["directive_id"],
        "kind": "order_filled",
        "status": "success",
        "order_ticket": "7001",
        "deal_ticket": "8001",
        "position_id": "7001",
        "price": "1.1",
        "volume_lots": str(directive["volume_lots"]),
        "commission": "0",
        "swap": "0",
        "profit": "0",
        "reason": "expert",
        "retcode": 10009,
        "code": None,
        "message": None,
        "occurred_at": timestamp_text(T0),
        "references_event_id": None,
    }
