"""RSI mean reversion: buy when the relative strength index climbs out of oversold, sell out of overbought.

Source: J. Welles Wilder, "New Concepts in Technical Trading Systems" (1978).
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

from pydantic import Field, model_validator

from functions.contract.bar import Bar
from functions.contract.scalars import Integer
from functions.generator.strategies.base import Proposal, Strategy
from functions.generator.strategies.numbers import floats, rounded
from functions.generator.strategies.trading import (
    WILDER_WINDOW_PERIODS,
    Period,
    Reading,
    TradingParameters,
    proposals,
)

_Level = Annotated[Integer, Field(ge=1, le=99)]


class RsiReversionParameters(TradingParameters):
    """oversold and overbought are RSI levels, 1 to 99."""

    rsi_bars: Period
    oversold: _Level
    overbought: _Level

    @model_validator(mode="after")
    def _levels_are_apart(self) -> "RsiReversionParameters":
        if self.oversold >= self.overbought:
            raise ValueError("oversold must be smaller than overbought")
        return self

    @property
    def indicator_bars(self) -> int:
        """Twenty periods of Wilder's smoothing."""
        return WILDER_WINDOW_PERIODS * self.rsi_bars


def propose(bars: Sequence[Bar], parameters: RsiReversionParameters) -> Sequence[Proposal]:
    """Enter when the RSI comes back from beyond a level; see `trading.proposals`."""
    return proposals(_read, bars, parameters)


RSI_REVERSION = Strategy(kind="rsi_reversion", parameters=RsiReversionParameters, propose=propose)


def _read(bars: Sequence[Bar], parameters: RsiReversionParameters) -> Reading | None:
    import talib

    rsi = talib.RSI(floats(bars, "close"), parameters.rsi_bars)
    before, now = rounded(rsi[-2], 10), rounded(rsi[-1], 10)
    numbers = {"rsi": now, "rsi_previous": before}
    if before < parameters.oversold <= now:
        # How far beyond the level it had been: at the level 0, at the end of the scale 1.
        depth = (parameters.oversold - before) / parameters.oversold
        return Reading("buy", _strength(depth), numbers)
    if before > parameters.overbought >= now:
        depth = (before - parameters.overbought) / (100 - parameters.overbought)
        return Reading("sell", _strength(depth), numbers)
    return None


def _strength(depth: Decimal) -> Decimal:
    """Half for coming back at all, the rest for how far away it had been."""
    return rounded((1 + depth) / 2, 4)
