"""Bars: one closed candle of a symbol, the request that stores some, its answer, and which are wanted."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Final

from pydantic import Field

from functions.contract.base import Message
from functions.contract.scalars import Count, Integer, PositiveDecimal, Symbol, Timeframe, Timestamp

TIMEFRAME_SECONDS: Final[Mapping[Timeframe, int]] = {
    "M1": 60,
    "M5": 300,
    "M15": 900,
    "M30": 1_800,
    "H1": 3_600,
    "H4": 14_400,
    "D1": 86_400,
}


class Bar(Message):
    """One candle of `symbol`, opened at `opened_at`; prices in the quote currency."""

    symbol: Symbol
    timeframe: Timeframe
    opened_at: Timestamp
    open: PositiveDecimal
    high: PositiveDecimal
    low: PositiveDecimal
    close: PositiveDecimal
    tick_volume: Count
    spread_points: Annotated[Integer, Field(ge=0, le=1_000_000)]


class BarsRequest(Message):
    """Closed bars to be stored; one that is stored already is no error, and with other numbers a version."""

    bars: Annotated[tuple[Bar, ...], Field(min_length=1, max_length=500)]


class Restatement(Message):
    """A bar that was stored already with other numbers; these became its version `version`."""

    symbol: Symbol
    timeframe: Timeframe
    opened_at: Timestamp
    version: Annotated[Integer, Field(ge=2, le=1_000)]


class BarsAnswer(Message):
    """What became of the bars of one request."""

    server_time: Timestamp
    recorded: Count
    duplicates: Count
    restated: Annotated[tuple[Restatement, ...], Field(max_length=500)]


class WantedBars(Message):
    """Bars that strategies read from one source: the newest `count` of a symbol and timeframe.

    newest_opened_at: when the newest that is stored opened; None if none is.
    """

    symbol: Symbol
    timeframe: Timeframe
    count: Annotated[Integer, Field(ge=1, le=5_000)]
    newest_opened_at: Timestamp | None


def closed_at(bar: Bar) -> datetime:
    """The moment the bar closed: the first moment that is no longer part of it."""
    return bar.opened_at + timedelta(seconds=TIMEFRAME_SECONDS[bar.timeframe])


def inconsistency(bar: Bar) -> str | None:
    """What is impossible about the numbers of the bar, as a sentence; None if nothing is."""
    if bar.high < max(bar.open, bar.close, bar.low):
        return f"High {bar.high} is below the open, the close or the low of the bar."
    if bar.low > min(bar.open, bar.close):
        return f"Low {bar.low} is above the open or the close of the bar."
    # Not on whole multiples of the timeframe: days and four hours begin by the clock of the broker's server.
    if bar.opened_at.second or bar.opened_at.microsecond:
        return f"A {bar.timeframe} bar does not open at {bar.opened_at.isoformat()}."
    return None
