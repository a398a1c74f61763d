"""Trend pullback, on two timeframes: enter with the trend of longer bars when shorter ones come back to it.

The longer bars are put together from the very bars the strategy reads, closed ones only, so there is one
source of prices and nothing to keep in step.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby
from typing import Annotated

from pydantic import Field, model_validator

from functions.contract.bar import Bar, closed_at
from functions.contract.scalars import Integer, PositiveDecimal, Side
from functions.generator.strategies.base import Proposal, Strategy
from functions.generator.strategies.numbers import floats, rounded
from functions.generator.strategies.trading import (
    EMA_WINDOW_PERIODS,
    WILDER_WINDOW_PERIODS,
    Period,
    Reading,
    TradingParameters,
    proposals,
    saturating,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class TrendPullbackParameters(TradingParameters):
    """trend_factor: how many of the strategy's bars make one of the trend's; trend_bars: its EMA, in those.

    The pullback is over when the RSI of rsi_bars comes back through pullback_rsi (through 100 minus that in a
    downtrend). half_strength_permille: the distance of price and trend average that counts as strength 0.5.
    """

    trend_factor: Annotated[Integer, Field(ge=2, le=24)]
    trend_bars: Annotated[Integer, Field(ge=2, le=50)]
    rsi_bars: Period
    pullback_rsi: Annotated[Integer, Field(ge=1, le=50)]
    half_strength_permille: PositiveDecimal

    @model_validator(mode="after")
    def _is_read_in_one_go(self) -> "TrendPullbackParameters":
        if self.warm_up_bars > 4001:
            raise ValueError("trend_factor times trend_bars must not need more than 4001 bars")
        return self

    @property
    def indicator_bars(self) -> int:
        """Ten periods of the trend's average, with a bar cut off at either end, and twenty of the RSI."""
        trend = (EMA_WINDOW_PERIODS * self.trend_bars + 2) * self.trend_factor
        return max(trend, WILDER_WINDOW_PERIODS * self.rsi_bars)


@dataclass(frozen=True, slots=True)
class TrendBar:
    """The close of one longer bar, and when that was, UTC."""

    closed_at: datetime
    close: Decimal


def propose(bars: Sequence[Bar], parameters: TrendPullbackParameters) -> Sequence[Proposal]:
    """Enter when a pullback against the longer trend ends; see `trading.proposals`."""
    return proposals(_read, bars, parameters)


TREND_PULLBACK = Strategy(kind="trend_pullback", parameters=TrendPullbackParameters, propose=propose)


def longer_bars(bars: Sequence[Bar], factor: int) -> list[TrendBar]:
    """The longer bars that are over, oldest first; each covers the time of `factor` bars, on a UTC grid.

    Hours in which nothing was traded are no bars: one over a weekend is made of those there were. The first
    is left out unless its time began with the first bar, for nobody knows what came before.
    """
    shorter = closed_at(bars[0]) - bars[0].opened_at
    longer = shorter * factor

    def begin(bar: Bar) -> datetime:
        return bar.opened_at - (bar.opened_at - _EPOCH) % longer

    groups = [(start, list(group)) for start, group in groupby(bars, begin)]
    if groups[0][0] != bars[0].opened_at:
        groups = groups[1:]
    return [
        TrendBar(start + longer, group[-1].close)
        for start, group in groups
        if start + longer <= closed_at(bars[-1])
    ]


def _read(bars: Sequence[Bar], parameters: TrendPullbackParameters) -> Reading | None:
    import numpy as np
    import talib

    trend = longer_bars(bars, parameters.trend_factor)
    if len(trend) < parameters.trend_bars:
        return None
    closes = np.array([float(bar.close) for bar in trend], dtype=np.float64)
    average = rounded(talib.EMA(closes, parameters.trend_bars)[-1], 10)
    rsi = talib.RSI(floats(bars, "close"), parameters.rsi_bars)
    before, now = rounded(rsi[-2], 10), rounded(rsi[-1], 10)
    side = _side(trend[-1].close - average, before, now, parameters.pullback_rsi)
    if side is None:
        return None
    permille = abs(trend[-1].close - average) / average * 1000
    return Reading(
        side,
        saturating(permille, parameters.half_strength_permille),
        {"trend_average": average, "trend_close": trend[-1].close, "rsi": now, "rsi_previous": before},
    )


def _side(above_trend: Decimal, before: Decimal, now: Decimal, pullback_rsi: int) -> Side | None:
    if above_trend > 0 and before < pullback_rsi <= now:
        return "buy"
    if above_trend < 0 and before > 100 - pullback_rsi >= now:
        return "sell"
    return None
