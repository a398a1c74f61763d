"""Those who keep the server busy: the feed, the schedulers, and an officer at each account."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from functions.contract.archivist import ArchivistAnswer, ArchivistRequest
from functions.contract.bar import BarsAnswer, BarsRequest
from functions.contract.director import DirectorAnswer, DirectorRequest
from functions.contract.generator import GeneratorAnswer, GeneratorRequest
from scripts.tools.chaos.calls import Caller, Unanswered
from scripts.tools.chaos.life import Died
from scripts.tools.chaos.market import Market
from scripts.tools.chaos.notebook import Notebook
from scripts.tools.chaos.officer import Desk, Officer
from scripts.tools.chaos.schedule import Strike

MAX_BARS: Final = 500
MAX_SIGNALS: Final = 100
# As an EA would: sooner the first time, later each time after.
_FIRST_BACKOFF_SECONDS, _LONGEST_BACKOFF_SECONDS = 0.1, 1.0


Turn = Callable[[], object]


class Scheduler(Protocol):
    """Who is called again and again."""

    def turn(self) -> object: ...


def keep_calling(turn: Turn, over: threading.Event, pause_seconds: float) -> None:
    """Take turns until it is over; what was not answered is tried again, later each time."""
    backoff = _FIRST_BACKOFF_SECONDS
    while not over.is_set():
        try:
            turn()
            backoff = _FIRST_BACKOFF_SECONDS
            over.wait(pause_seconds)
        except Unanswered:
            over.wait(backoff)
            backoff = min(2 * backoff, _LONGEST_BACKOFF_SECONDS)


class Feed:
    """Stores the bars, as they close; `stored` so far, and `restated` by what was said again."""

    def __init__(self, market: Market, caller: Caller) -> None:
        self.stored = 0
        self.restated = 0
        self._market = market
        self._caller = caller

    def turn(self) -> None:
        """Store what has closed since; the same again if it is not known to be stored."""
        batch = tuple(self._market.closed_bars(after=self.stored)[:MAX_BARS])
        if batch:
            answer = self._caller.call("/bars", BarsRequest(bars=batch), BarsAnswer, at=self._market.now())
            self.restated += len(answer.restated)
            self.stored += len(batch)


class Generator:
    """Has the strategies run; `published` are the ids of all signals it was told of."""

    def __init__(self, market: Market, caller: Caller) -> None:
        self.published: set[str] = set()
        self.conflicts: set[str] = set()
        self._market = market
        self._caller = caller

    def turn(self) -> None:
        """All strategies, once."""
        answer = self._caller.call(
            "/generator", GeneratorRequest(strategy_ids=None), GeneratorAnswer, at=self._market.now()
        )
        for signal in answer.signals:
            (self.conflicts if signal.outcome == "conflict" else self.published).add(str(signal.signal_id))


class Director:
    """Has the pending signals decided; `undecided` is how many it last saw that stayed pending."""

    def __init__(self, market: Market, caller: Caller) -> None:
        self.undecided = 0
        self._market = market
        self._caller = caller

    def turn(self) -> None:
        """As many as one call takes."""
        answer = self._caller.call(
            "/director", DirectorRequest(max_signals=MAX_SIGNALS), DirectorAnswer, at=self._market.now()
        )
        self.undecided = sum(signal.status == "pending" for signal in answer.signals)


class Archivist:
    """Expires, makes partitions and seals the journal; what it says has failed counts as not served."""

    def __init__(self, market: Market, caller: Caller) -> None:
        self._market = market
        self._caller = caller

    def turn(self) -> None:
        """One run. Raises Unanswered if a part of it failed."""
        began = time.monotonic()
        request = ArchivistRequest(archive=False, retention_days=None, max_leaves=None)
        answer = self._caller.call("/archivist", request, ArchivistAnswer, at=self._market.now())
        for failure in answer.failures:
            self._caller.fail("/archivist", began, 503, failure.code, f"the part {failure.part} failed")


class Exchange:
    """Gives the bars to the brokers, whoever else is up or down."""

    def __init__(self, market: Market, desks: list[Desk]) -> None:
        self._market = market
        self._desks = desks
        self._passed = 0

    def turn(self) -> None:
        """What has closed since."""
        for bar in self._market.closed_bars(after=self._passed):
            for desk in self._desks:
                desk.broker.pass_bar(bar)
            self._passed += 1


class Post:
    """A place where one officer works after the other; each finds file and broker, and nothing else."""

    def __init__(self, desk: Desk, file: Path, make_caller: Callable[[], Caller]) -> None:
        self.desk = desk
        self.file = file
        self.deaths = 0
        self._outage_seconds = 0.0
        self._make_caller = make_caller

    def suffer(self, strike: Strike) -> None:
        """Let the officer die soon, and its terminal stay dead for a while; called by another thread."""
        self._outage_seconds = strike.outage_seconds
        self.desk.life.doom(strike.manner, strike.fraction)

    def work(self, over: threading.Event, pause_seconds: float) -> None:
        """Until it is over."""
        while not over.is_set():
            try:
                self._live(over, pause_seconds)
            except Died:
                self.deaths += 1
                over.wait(self._outage_seconds)

    def begin(self) -> Officer:
        """An officer that has just come to life. Raises Died, if it does not live long enough for that."""
        return Officer(self.desk, self.notebook(), self._make_caller())

    def notebook(self) -> Notebook:
        """What the officers have written so far."""
        return Notebook.open(self.file, self.desk.life)

    def _live(self, over: threading.Event, pause_seconds: float) -> None:
        keep_calling(self.begin().turn, over, pause_seconds)
