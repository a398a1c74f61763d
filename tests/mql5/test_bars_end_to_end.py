"""The Expert Advisor pushes the bars of its broker to the real functions, and a strategy trades on them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from functions.contract.bar import Bar
from functions.contract.scalars import timestamp_text
from mql5.simulator.officer_process import Setup
from scripts.tools.demo.officer import Officer, compiled, engage, inputs
from scripts.tools.stack.functions import FunctionsService
from tests.demo.test_officer import ACCOUNT, INSTRUMENT
from tests.generator.bars import PARAMETERS, WINDOW, falling_then
from tests.support.clock import T0, after
from tests.support.project import Project

SOURCE = "account:demo-1"
PRICES = ("open", "high", "low", "close")
HOUR = timedelta(hours=1)
BARS = falling_then("1.12")
"""A strategy's whole window, of which the last bar closes at T0."""


class Desk:
    """An account whose bars a strategy reads, and its officer at a broker that has lived through them."""

    def __init__(self, project: Project, officer: Officer) -> None:
        self.project = project
        self.officer = officer

    def price(self, at: datetime, bid: str = "1.12") -> None:
        """A price comes, which closes the bars before it, and the officer works for a minute."""
        self.officer.process.set_market(timestamp_text(at), "EURUSD", bid, 10)
        self.officer.work(at + timedelta(minutes=1))

    def hours(self, first: datetime, count: int) -> list[datetime]:
        """So many hours pass, each with its bar, while the officer works; when they began."""
        begun = [first + HOUR * number for number in range(count)]
        for opened_at in begun:
            self.officer.pass_bar(BARS[-1].model_copy(update={"opened_at": opened_at}))
            self.officer.work(opened_at + HOUR + timedelta(seconds=30))
        return begun

    def stored(self, version: int = 1) -> dict[datetime, tuple[str, ...]]:
        """The bars that the ledger has of the account: opening, and prices."""
        rows = self.project.rows(
            "select opened_at, open, high, low, close from ledger.bars"
            " where source = %s and symbol = 'EURUSD' and timeframe = 'H1' and version = %s",
            SOURCE,
            version,
        )
        return {row["opened_at"]: tuple(str(row[name]) for name in PRICES) for row in rows}


Engage = Callable[..., Desk]


def as_given(bars: Sequence[Bar]) -> dict[datetime, tuple[str, ...]]:
    """What the ledger should have of bars."""
    return {bar.opened_at: tuple(str(getattr(bar, name).normalize()) for name in PRICES) for bar in bars}


@pytest.fixture
def start(project: Project, tmp_path: Path) -> Iterator[Engage]:
    """Starts a desk; `faults` is a plan for the officer's terminal, in seconds from the first bar."""
    with ExitStack() as stack:
        environment = project.stack.environment(project.rest)
        functions = FunctionsService(tmp_path / "functions.log", environment, port=None, workers=1)
        functions.start()
        stack.callback(functions.stop)
        project.open_account("demo-1", currency="USD", at=T0)
        project.save_strategy("trend", at=T0, bar_source=SOURCE, parameters=PARAMETERS, warm_up_bars=WINDOW)
        key = project.issue_key("officer", "demo-1")

        def begin(faults: str = "none") -> Desk:
            given: dict[str, str] = inputs(functions.url, key)
            at = timestamp_text(BARS[0].opened_at)
            folder = tmp_path / "terminal"
            setup = Setup(at, folder, "EURUSD", given, ACCOUNT, (INSTRUMENT,), faults)
            officer = engage("demo-1", compiled(print), folder, setup)
            stack.callback(officer.stop)
            for bar in BARS:
                officer.pass_bar(bar)
            return Desk(project, officer)

        yield begin


def since_start(at: datetime) -> int:
    """Seconds from the first bar, as fault plans count them."""
    return int((at - BARS[0].opened_at).total_seconds())


def test_bars_are_stored_as_the_broker_had_them_and_a_strategy_signals_on_them(start: Engage) -> None:
    desk = start()
    desk.price(T0)

    assert desk.stored() == as_given(BARS)
    answer: dict[str, Any] = desk.project.send(
        "/generator", {"strategy_ids": None}, key=desk.project.issue_key("generator"), at=after(minutes=2)
    ).document
    assert [(signal["strategy_id"], signal["outcome"]) for signal in answer["signals"]] == [
        ("trend", "published")
    ]


def test_a_bar_is_sent_once_it_has_closed_and_only_then(start: Engage) -> None:
    desk = start()
    desk.officer.work(after(minutes=1))
    before = desk.stored()
    desk.price(after(minutes=2))
    desk.price(after(minutes=59), "1.13")

    assert before == as_given(BARS[:-1])
    assert desk.stored() == as_given(BARS)
    assert desk.officer.calls()["/bars"][0] == 2


def test_what_closed_while_the_terminal_was_cut_off_is_sent_when_it_is_back(start: Engage) -> None:
    cut = after(minutes=30)
    desk = start(f"offline@{since_start(cut)}/{5 * 3600}")
    desk.price(T0)
    begun = desk.hours(T0, 4)
    missing = desk.stored()
    begun += desk.hours(after(hours=4), 2)
    desk.price(after(hours=6))

    assert missing == as_given(BARS)
    assert set(desk.stored()) == {bar.opened_at for bar in BARS} | set(begun)


def test_a_hole_in_the_terminals_history_is_filled_when_the_bars_are_there(start: Engage) -> None:
    desk = start(f"bars-hole@{since_start(T0)}/600")
    desk.price(T0)
    holed = desk.stored()
    desk.price(after(minutes=11))

    assert holed == as_given([*BARS[:-4], BARS[-1]])
    assert desk.stored() == as_given(BARS)


def test_a_long_window_is_sent_in_batches_of_500(start: Engage) -> None:
    desk = start()
    desk.project.save_strategy("long", at=T0, bar_source=SOURCE, timeframe="M1", warm_up_bars=1_200)
    minutes = [
        BARS[-1].model_copy(update={"timeframe": "M1", "opened_at": T0 + timedelta(minutes=number)})
        for number in range(1_200)
    ]
    for bar in minutes:
        desk.officer.pass_bar(bar)
    desk.price(after(minutes=1_200))

    stored = desk.project.rows(
        "select opened_at from ledger.bars where source = %s and timeframe = 'M1'", SOURCE
    )
    assert sorted(row["opened_at"] for row in stored) == [bar.opened_at for bar in minutes]
    # And one for the hours.
    assert desk.officer.calls()["/bars"][0] == 4


def test_a_terminal_that_dies_again_and_again_sends_every_bar_all_the_same(start: Engage) -> None:
    desk = start()
    desk.officer.process.set_market(timestamp_text(T0), "EURUSD", "1.12", 10)
    for number in range(1, 20):
        desk.officer.process.crash(1 + 5 * number % 17)
        desk.officer.work(after(seconds=3 * number))
    desk.officer.process.crash(10_000)
    desk.officer.work(after(minutes=5))

    assert desk.officer.deaths > 3
    assert desk.stored() == as_given(BARS)
    assert desk.stored(version=2) == {}


def test_a_bar_that_the_broker_corrects_becomes_a_second_version(start: Engage) -> None:
    desk = start()
    desk.price(T0)
    desk.officer.process.restate_bar("EURUSD", 3600, 2, "0.002")
    desk.officer.work(after(minutes=5))

    close = Decimal("1.102")
    corrected = BARS[-2].model_copy(update={"close": close, "high": max(close, BARS[-2].high)})
    assert desk.stored() == as_given(BARS)
    assert desk.stored(version=2) == as_given([corrected])
    assert desk.officer.calls()["/bars"][0] == 2


def test_a_server_that_takes_no_bars_does_not_disturb_the_officer(start: Engage) -> None:
    desk = start("web-answer:bars@1/403")
    desk.price(T0)
    desk.price(after(minutes=5))
    refused, chart = desk.stored(), desk.officer.process.state()["chart"]
    desk.price(after(minutes=15))

    assert refused == {}
    assert "\nTRADING\n" in chart
    assert "EURUSD H1: the server refuses them" in chart
    assert desk.stored() == as_given(BARS)
