"""The replay: bar after bar at its own time, through the functions, and at each bar everybody's turn."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from functions.contract.bar import Bar, BarsAnswer, BarsRequest, closed_at
from functions.contract.director import DirectorAnswer, DirectorRequest
from functions.contract.generator import GeneratorAnswer, GeneratorRequest
from scripts.tools.demo.calls import Caller
from scripts.tools.demo.officer import Officer
from scripts.tools.demo.schedule import (
    DIRECTOR,
    FEED,
    GENERATOR,
    MARKET,
    REPORTED,
    follows_at_once,
    turn_ends,
)

MAX_BARS = 500
MAX_SIGNALS = 100
# How many times the officers look again, an hour apart, before what they still hold counts as lost.
_LAST_LOOKS = 48

Progress = Callable[[int], None]
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Parties:
    """Everybody who takes turns."""

    feed: Caller
    generator: Caller
    director: Caller
    officers: Sequence[Officer]


def replay(
    bars: Sequence[Bar],
    after_the_last: Bar | None,
    parties: Parties,
    *,
    history: int,
    patience: timedelta,
    progress: Progress,
) -> None:
    """Play all bars, in the order of time; nothing is told before its bar has closed.

    after_the_last: the bar that follows, whose first price the last orders are filled at; None if unknown.
    history: how many bars are stored before anybody acts: those that no strategy can act on yet.
    patience: how long a directive to open stays good; so long after the last bar the officers look once more.
    progress: told how many bars were played, each time some were.
    """
    _store_history(bars[:history], parties.feed, progress)
    # Officers share nothing, so side by side they do what they would do one after the other.
    with ThreadPoolExecutor(max_workers=len(parties.officers)) as pool:
        waiting = False
        for number in range(history, len(bars)):
            following = bars[number + 1] if number + 1 < len(bars) else after_the_last
            if number > history and not follows_at_once(bars[number - 1], bars[number]):
                _reopen(bars[number], parties, pool)
            waiting = _play(bars[number], following, parties, pool, waiting=waiting)
            progress(1)
        if len(bars) > history:
            _close(closed_at(bars[-1]) + patience, parties, pool)
        if waiting:
            later = closed_at(bars[-1]) + patience + (_LAST_LOOKS + 1) * timedelta(hours=1)
            _decide(parties.director, later)
            _close(later, parties, pool)


def _store_history(bars: Sequence[Bar], feed: Caller, progress: Progress) -> None:
    for first in range(0, len(bars), MAX_BARS):
        batch = bars[first : first + MAX_BARS]
        _store(batch, feed, closed_at(batch[-1]))
        progress(len(batch))


def _reopen(bar: Bar, parties: Parties, pool: Executor) -> None:
    """Who has waited for the market, to close a position for example, trades at its first price."""
    late = [officer for officer in parties.officers if not officer.settled]

    def trade(officer: Officer) -> None:
        officer.open_market(bar, bar.opened_at + MARKET)
        officer.work(turn_ends(bar, bar.opened_at))

    _all(pool, late, trade)


def _play(bar: Bar, following: Bar | None, parties: Parties, pool: Executor, *, waiting: bool) -> bool:
    """Everybody's turn at one bar; whether a signal is left waiting, as `waiting` says one was before.

    A close waits for an open that an officer is about to fill, so the director has to be asked again.
    """
    at = closed_at(bar)
    needed = _all(pool, parties.officers, lambda officer: officer.pass_bar(bar))
    _store([bar], parties.feed, at + FEED)
    signals = parties.generator.call(
        "/generator", GeneratorRequest(strategy_ids=None), GeneratorAnswer, at=at + GENERATOR
    )
    news = bool(signals.signals) or waiting
    # Officers for whom there is nothing would only poll and sync, hour after hour.
    called = [one for one, needs in zip(parties.officers, needed, strict=True) if needs or news]
    _all(pool, called, lambda officer: officer.work(at + REPORTED))
    waiting = news and _decide(parties.director, at + DIRECTOR)
    busy = [officer for officer in called if news or not officer.settled]
    _all(pool, busy, lambda officer: _trade(officer, bar, following))
    return waiting


def _trade(officer: Officer, bar: Bar, following: Bar | None) -> None:
    """What there is to trade is traded at the first price of the next bar, or waits for the market."""
    at = closed_at(bar)
    if following is not None and follows_at_once(bar, following):
        officer.open_market(following, at + MARKET)
    else:
        officer.close_market(bar.symbol, at + MARKET)
    officer.work(turn_ends(bar, at))


def _close(at: datetime, parties: Parties, pool: Executor) -> None:
    """What could not be traded any more has expired by now; then ledger and brokers compare notes."""

    def leave(officer: Officer) -> None:
        for look in range(_LAST_LOOKS):
            officer.work(at + look * timedelta(hours=1))
            if look and officer.settled:
                return

    _all(pool, parties.officers, leave)


def _store(bars: Sequence[Bar], feed: Caller, at: datetime) -> None:
    feed.call("/bars", BarsRequest(bars=tuple(bars)), BarsAnswer, at=at)


def _decide(director: Caller, at: datetime) -> bool:
    """Have all pending signals decided; whether any is left pending."""
    request = DirectorRequest(max_signals=MAX_SIGNALS)
    while True:
        signals = director.call("/director", request, DirectorAnswer, at=at).signals
        left = [signal for signal in signals if signal.status == "pending"]
        if len(signals) < MAX_SIGNALS or len(left) == len(signals):
            return bool(left)


def _all(pool: Executor, officers: Sequence[Officer], turn: Callable[[Officer], Result]) -> list[Result]:
    return list(pool.map(turn, officers))
