"""MACD: act when the convergence-divergence line crosses its own signal line.

Source: Gerald Appel, "The Moving Average Convergence-Divergence Trading Method" (1985).
"""

from collections.abc import Sequence

from pydantic import model_validator

from functions.contract.bar import Bar
from functions.contract.scalars import PositiveDecimal
from functions.generator.strategies.base import Proposal, Strategy
from functions.generator.strategies.numbers import floats, rounded
from functions.generator.strategies.trading import (
    EMA_WINDOW_PERIODS,
    Period,
    Reading,
    TradingParameters,
    crossed,
    proposals,
    saturating,
)


class MacdCrossParameters(TradingParameters):
    """half_strength_permille: the histogram, in thousandths of the price, that counts as strength 0.5."""

    fast_bars: Period
    slow_bars: Period
    signal_bars: Period
    half_strength_permille: PositiveDecimal

    @model_validator(mode="after")
    def _fast_is_faster(self) -> "MacdCrossParameters":
        if self.fast_bars >= self.slow_bars:
            raise ValueError("fast_bars must be smaller than slow_bars")
        return self

    @property
    def indicator_bars(self) -> int:
        """The slow average, and then the average of the line it makes."""
        return EMA_WINDOW_PERIODS * (self.slow_bars + self.signal_bars)


def propose(bars: Sequence[Bar], parameters: MacdCrossParameters) -> Sequence[Proposal]:
    """Enter when the histogram changes its sign; see `trading.proposals`."""
    return proposals(_read, bars, parameters)


MACD_CROSS = Strategy(kind="macd_cross", parameters=MacdCrossParameters, propose=propose)


def _read(bars: Sequence[Bar], parameters: MacdCrossParameters) -> Reading | None:
    import talib

    line, signal, histogram = talib.MACD(
        floats(bars, "close"), parameters.fast_bars, parameters.slow_bars, parameters.signal_bars
    )
    # Undefined before the first full period of both averages.
    known = [rounded(value, 10) for value in histogram[parameters.slow_bars + parameters.signal_bars :]]
    side = crossed(known)
    if side is None:
        return None
    permille = abs(known[-1]) / bars[-1].close * 1000
    return Reading(
        side,
        saturating(permille, parameters.half_strength_permille),
        {
            "macd": rounded(line[-1], 10),
            "macd_signal": rounded(signal[-1], 10),
            "histogram": known[-1],
            "histogram_previous": known[-2],
        },
    )
