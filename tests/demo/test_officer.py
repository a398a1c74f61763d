"""The Python officer against the real functions: it trades once, whatever it forgets and whenever it dies."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import pytest

from functions.contract.bar import Bar
from functions.contract.base import Message
from functions.contract.scalars import timestamp_text
from scripts.tools.demo.broker import Broker
from scripts.tools.demo.calls import Caller
from scripts.tools.demo.officer import Officer
from scripts.tools.stack.functions import FunctionsService
from tests.demo.test_broker import broker as new_broker
from tests.support.clock import T0, after
from tests.support.project import Project

Answer = TypeVar("Answer", bound=Message)


class DeathError(Exception):
    """The officer's process is gone."""


class Dying(Caller):
    """A connection whose owner dies at one of its calls, before the request is sent."""

    dies_at = ""

    def call(self, path: str, request: Message, answer: type[Answer], *, at: datetime) -> Answer:
        """The same, or death."""
        if path == self.dies_at:
            raise DeathError
        return super().call(path, request, answer, at=at)


class Desk:
    """One account with a pending directive to buy a third of a lot, and its broker, whose market is open."""

    def __init__(self, project: Project, functions_url: str, broker: Broker) -> None:
        self.project = project
        self.broker = broker
        self._url = functions_url
        project.open_account("demo-1", currency="USD", at=T0)
        project.save_strategy(at=T0)
        project.subscribe(at=T0)
        self._key = project.issue_key("officer", "demo-1")
        broker.open_market(hour("1.10000 1.10000 1.10000 1.10000"))

    def officer(self, *, dies_at: str = "") -> Officer:
        """An officer that has just been started."""
        caller = Dying(self._url, self._key)
        caller.dies_at = dies_at
        return Officer(caller, self.broker, sync_every=timedelta(days=1))

    def decide(self) -> None:
        """Publish a signal, and let the director issue its directive."""
        self.officer().sync(T0)
        self.project.call("generator", "publish_signals", at=T0, p_signals=[signal()])
        key = self.project.issue_key("director")
        reply = self.project.send("/director", {"max_signals": 10}, key=key, at=T0)
        assert reply.document["signals"][0]["issued"] == 1, reply.text

    def status(self) -> str:
        """What the one directive has come to."""
        (row,) = self.project.rows("select status from ledger.trade_directives")
        return str(row["status"])

    def events(self) -> list[dict[str, Any]]:
        """What was reported."""
        return self.project.rows(
            "select kind, reason, retcode, code from ledger.execution_events order by recorded_at, kind"
        )

    def sent(self) -> int:
        """How many orders officers have placed."""
        return sum(order.cause == "expert" for order in self.broker.orders)


def hour(prices: str, *, hours: int = 0) -> Bar:
    """The hour that begins at T0, or some hours later."""
    opened, high, low, close = map(Decimal, prices.split())
    return Bar(
        symbol="EURUSD",
        timeframe="H1",
        opened_at=after(hours=hours),
        open=opened,
        high=high,
        low=low,
        close=close,
        tick_volume=1,
        spread_points=10,
    )


def signal() -> dict[str, Any]:
    """Buy at 1.10000 with 200 points of risk: a third of a lot is 1 % of 10,000 with some room."""
    return {
        "signal_id": str(uuid4()),
        "strategy_id": "cross-h1",
        "symbol": "EURUSD",
        "timeframe": "H1",
        "created_at": timestamp_text(T0),
        "action": "open",
        "side": "buy",
        "strength": "0.5",
        "entry_price": "1.1",
        "stop_loss": "1.098",
        "take_profit": "1.103",
        "expires_at": timestamp_text(after(hours=1)),
        "indicators": {},
    }


@pytest.fixture
def functions_url(project: Project, tmp_path: Path) -> Iterator[str]:
    """The functions over HTTP, on the test's project."""
    environment = project.stack.environment(project.rest)
    service = FunctionsService(tmp_path / "functions.log", environment, port=None, workers=1)
    service.start()
    yield service.url
    service.stop()


@pytest.fixture
def desk(project: Project, functions_url: str) -> Desk:
    """A desk whose directive waits to be polled."""
    made = Desk(project, functions_url, new_broker())
    made.decide()
    return made


def test_a_directive_is_traded_once_and_completed(desk: Desk) -> None:
    officer = desk.officer()

    officer.work(after(seconds=1))
    officer.work(after(seconds=10))

    assert desk.status() == "completed"
    assert [event["kind"] for event in desk.events()] == ["order_filled"]
    assert desk.sent() == 1


def test_a_stop_hit_inside_a_bar_is_reported_as_what_it_is(desk: Desk) -> None:
    officer = desk.officer()
    officer.work(after(seconds=1))

    officer.pass_bar(hour("1.10000 1.10050 1.09700 1.09800"))

    assert [(event["kind"], event["reason"]) for event in desk.events()] == [
        ("order_filled", "expert"),
        ("position_closed", "stop_loss"),
    ]
    assert desk.project.rows("select * from ledger.exposures") == []


def test_an_officer_that_died_before_it_reported_has_its_trade_found_by_the_next(desk: Desk) -> None:
    with pytest.raises(DeathError):
        desk.officer(dies_at="/report").work(after(seconds=1))

    desk.officer().work(after(seconds=30))

    assert desk.status() == "completed"
    assert desk.sent() == 1


def test_an_officer_without_memory_knows_whose_position_a_stop_has_closed(desk: Desk) -> None:
    desk.officer().work(after(seconds=1))

    desk.officer().pass_bar(hour("1.10000 1.10350 1.09900 1.10300"))

    assert [(event["kind"], event["reason"]) for event in desk.events()] == [
        ("order_filled", "expert"),
        ("position_closed", "take_profit"),
    ]


def test_an_officer_that_died_before_it_sent_leaves_nothing_to_find(desk: Desk) -> None:
    desk.broker.close_market()
    desk.officer().work(after(seconds=1))
    desk.broker.open_market(hour("1.1 1.1 1.1 1.1"))

    desk.officer().work(after(seconds=30))

    assert desk.status() == "failed"
    assert desk.events()[0]["code"] == "absent_at_broker"
    assert desk.sent() == 0


def test_while_the_market_is_closed_a_directive_waits(desk: Desk) -> None:
    officer = desk.officer()
    desk.broker.close_market()
    officer.work(after(seconds=1))
    waiting = desk.status(), desk.events()
    desk.broker.open_market(hour("1.1 1.1 1.1 1.1"))
    officer.work(after(seconds=10))

    assert waiting == ("acknowledged", [])
    assert desk.status() == "completed"
    assert desk.sent() == 1


def test_a_directive_that_expired_while_it_waited_is_cancelled_and_never_sent(desk: Desk) -> None:
    officer = desk.officer()
    desk.broker.close_market()
    officer.work(after(seconds=1))
    desk.broker.open_market(hour("1.1 1.1 1.1 1.1"))

    officer.work(after(hours=1))

    assert desk.status() == "cancelled"
    assert desk.events()[0]["code"] == "directive_expired"
    assert desk.sent() == 0


def test_what_the_broker_refuses_is_reported_with_its_code(desk: Desk) -> None:
    desk.broker.balance = Decimal(1)

    desk.officer().work(after(seconds=1))

    assert desk.status() == "failed"
    assert [(event["kind"], event["retcode"]) for event in desk.events()] == [("order_rejected", 10019)]


def test_a_halt_keeps_a_directive_from_being_traded(desk: Desk) -> None:
    desk.project.call(
        "operator", "halt_trading", at=T0, p_halt={"scope": "global", "value": None, "reason": "test"}
    )

    desk.officer().work(after(seconds=1))

    assert desk.status() == "pending"
    assert desk.sent() == 0


def test_a_halt_that_comes_after_the_ack_still_stops_the_order(desk: Desk) -> None:
    officer = desk.officer()
    desk.broker.close_market()
    officer.work(after(seconds=1))
    desk.project.call(
        "operator", "halt_trading", at=T0, p_halt={"scope": "global", "value": None, "reason": "test"}
    )
    desk.broker.open_market(hour("1.1 1.1 1.1 1.1"))

    officer.work(after(seconds=10))

    assert desk.sent() == 0
