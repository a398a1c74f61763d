"""The Expert Advisor in its process against the real functions: it trades once, whenever it dies."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from functions.contract.bar import Bar
from functions.contract.scalars import timestamp_text
from mql5.simulator.officer_process import Setup
from scripts.tools.demo.errors import DemoError
from scripts.tools.demo.officer import Officer, compiled, engage, inputs
from scripts.tools.stack.functions import FunctionsService
from tests.support.clock import T0, after
from tests.support.project import Project

FLAT = "1.10000 1.10000 1.10000 1.10000"
INSTRUMENT = {
    "symbol": "EURUSD",
    "digits": 5,
    "tick_size": "0.00001",
    "tick_value": "1",
    "contract_size": "100000",
    "volume_min_lots": "0.01",
    "volume_max_lots": "5",
    "volume_step_lots": "0.01",
    "stops_level_points": 0,
    "commission_per_lot": "3.5",
}
ACCOUNT = {
    "login": 100_001,
    "currency": "USD",
    "balance": "10000",
    "leverage": 100,
    "company": "Broker",
    "server": "Demo",
}


class Desk:
    """One account with a pending directive to buy a third of a lot, and an officer in an open market."""

    def __init__(self, project: Project, officer: Officer) -> None:
        self.project = project
        self.officer = officer

    def decide(self) -> None:
        """Publish a signal, and let the director issue its directive."""
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
        """How many orders the officer has placed."""
        return sum(order.cause == "expert" for order in self.officer.account().orders)


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
        "opened_before": None,
    }


def setup(folder: Path, at: datetime, given: dict[str, str]) -> Setup:
    """The account and its terminal."""
    return Setup(timestamp_text(at), folder, "EURUSD", given, ACCOUNT, (INSTRUMENT,))


@pytest.fixture
def functions(project: Project, tmp_path: Path) -> Iterator[FunctionsService]:
    """The functions over HTTP, on the test's project."""
    environment = project.stack.environment(project.rest)
    service = FunctionsService(tmp_path / "functions.log", environment, port=None, workers=1)
    service.start()
    yield service
    service.stop()


@pytest.fixture
def desk(project: Project, functions: FunctionsService, tmp_path: Path) -> Iterator[Desk]:
    """A desk whose officer has shown its account, and whose directive waits to be polled."""
    project.open_account("demo-1", currency="USD", at=T0)
    project.save_strategy(at=T0)
    project.subscribe(at=T0)
    key = project.issue_key("officer", "demo-1")
    given = setup(tmp_path / "terminal", after(seconds=-60), inputs(functions.url, key))
    officer = engage("demo-1", compiled(print), tmp_path / "terminal", given)
    officer.open_market(hour(FLAT), after(seconds=-60))
    officer.work(T0)
    assert officer.settled
    made = Desk(project, officer)
    made.decide()
    yield made
    officer.stop()


def test_a_directive_is_traded_once_and_completed(desk: Desk) -> None:
    desk.officer.work(after(minutes=5))

    assert desk.officer.settled
    assert desk.status() == "completed"
    assert [event["kind"] for event in desk.events()] == ["order_filled"]
    assert desk.sent() == 1


def test_a_stop_hit_inside_a_bar_is_reported_as_what_it_is(desk: Desk) -> None:
    desk.officer.work(after(minutes=5))

    desk.officer.pass_bar(hour("1.10000 1.10350 1.09700 1.09800"))
    desk.officer.work(after(hours=1, minutes=5))

    assert [(event["kind"], event["reason"]) for event in desk.events()] == [
        ("order_filled", "expert"),
        ("position_closed", "stop_loss"),
    ]
    assert desk.project.rows("select * from ledger.exposures") == []


@pytest.mark.parametrize("unflushed", ["n", "h", "a"])
def test_a_terminal_that_dies_again_and_again_trades_once_all_the_same(desk: Desk, unflushed: str) -> None:
    # A restart takes two seconds, so each time there is one second of work, and often not all of it.
    for number in range(1, 20):
        desk.officer.process.crash(1 + 5 * number % 17, unflushed)
        desk.officer.work(after(seconds=3 * number))
    desk.officer.process.crash(10_000)
    desk.officer.work(after(minutes=50))

    assert desk.officer.deaths > 5
    assert desk.officer.settled
    assert desk.status() == "completed"
    assert desk.sent() == 1


def test_while_the_market_is_closed_a_directive_waits(desk: Desk) -> None:
    desk.officer.close_market("EURUSD", T0)
    desk.officer.work(after(seconds=60))
    waiting = desk.status(), desk.events(), desk.officer.settled
    desk.officer.open_market(hour(FLAT), after(seconds=61))
    desk.officer.work(after(minutes=4))

    assert waiting == ("acknowledged", [], False)
    assert desk.status() == "completed"
    assert desk.sent() == 1


def test_a_directive_that_expired_while_it_waited_is_cancelled_and_never_sent(desk: Desk) -> None:
    desk.officer.close_market("EURUSD", T0)
    desk.officer.work(after(minutes=50))

    assert desk.status() == "cancelled"
    assert desk.events()[0]["code"] == "directive_expired"
    assert desk.sent() == 0


def test_while_the_server_is_down_the_officer_tries_again_and_then_goes_on(
    desk: Desk, functions: FunctionsService
) -> None:
    functions.kill()
    desk.officer.work(after(seconds=20))
    alone = desk.officer.settled, desk.status()
    functions.restart()
    desk.officer.work(after(minutes=4))

    assert alone == (False, "pending")
    assert desk.officer.settled
    assert desk.status() == "completed"


def test_an_officer_with_wrong_inputs_says_so(tmp_path: Path) -> None:
    given = setup(tmp_path / "terminal", T0, inputs("http://example.com", "ds_"))

    with pytest.raises(DemoError, match=r"of demo-1 does not start: .* InpServerUrl must begin with https"):
        engage("demo-1", compiled(print), tmp_path / "terminal", given)


def test_a_process_that_is_gone_is_noticed(tmp_path: Path) -> None:
    key = "ds_abcdefghijkl_" + 43 * "x"
    given = setup(tmp_path / "terminal", T0, inputs("http://127.0.0.1:1", key))
    officer = engage("demo-1", compiled(print), tmp_path / "terminal", given)
    officer.stop()

    with pytest.raises(DemoError, match="of demo-1 has stopped: the officer's process has ended"):
        officer.work(after(seconds=1))
