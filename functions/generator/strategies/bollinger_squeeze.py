"""Bollinger squeeze: once the bands have lain within the Keltner channel for a while, follow the price out.

Sources: John Bollinger, "Bollinger on Bollinger Bands" (2001); John F. Carter, "Mastering the Trade" (2005).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from functions.contract.bar import Bar
from functions.contract.scalars import Integer, PositiveDecimal, Side
from functions.generator.strategies.base import Proposal, Strategy
from functions.generator.strategies.numbers import floats, rounded
from functions.generator.strategies.trading import (
    WILDER_WINDOW_PERIODS,
    Period,
    Reading,
    TradingParameters,
    proposals,
    saturating,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class BollingerSqueezeParameters(TradingParameters):
    """band_deviations: half-width of the bands in standard deviations; keltner_atr: of the channel, in ATRs.

    squeeze_bars: how long the bands must have lain within the channel. half_strength_atr: the distance of the
    close from the average, in ATRs, that counts as strength 0.5.
    """

    average_bars: Period
    band_deviations: PositiveDecimal
    keltner_atr: PositiveDecimal
    squeeze_bars: Annotated[Integer, Field(ge=1, le=100)]
    half_strength_atr: PositiveDecimal

    @property
    def indicator_bars(self) -> int:
        """An ATR over the period of the average that has settled before the squeeze begins."""
        return WILDER_WINDOW_PERIODS * self.average_bars + self.squeeze_bars


def propose(bars: Sequence[Bar], parameters: BollingerSqueezeParameters) -> Sequence[Proposal]:
    """Enter on the bar that ends a squeeze, on the side of the average it closes on."""
    return proposals(_read, bars, parameters)


BOLLINGER_SQUEEZE = Strategy(kind="bollinger_squeeze", parameters=BollingerSqueezeParameters, propose=propose)


def _read(bars: Sequence[Bar], parameters: BollingerSqueezeParameters) -> Reading | None:
    import talib

    high, low, close = (floats(bars, name) for name in ("high", "low", "close"))
    average = talib.SMA(close, parameters.average_bars)
    deviation = talib.STDDEV(close, parameters.average_bars, 1)
    atr = talib.ATR(high, low, close, parameters.average_bars)
    squeezed = _squeezed(deviation, atr, parameters)
    if squeezed[-1] or not all(squeezed[:-1]):
        return None
    apart = rounded(close[-1] - average[-1], 10)
    if not apart:
        return None
    side: Side = "buy" if apart > 0 else "sell"
    range_now = rounded(atr[-1], 10)
    return Reading(
        side,
        saturating(abs(apart) / range_now, parameters.half_strength_atr),
        {
            "average": rounded(average[-1], 10),
            "deviation": rounded(deviation[-1], 10),
            "channel_atr": range_now,
        },
    )


def _squeezed(
    deviation: "NDArray[np.float64]", atr: "NDArray[np.float64]", parameters: BollingerSqueezeParameters
) -> list[bool]:
    """Whether the bands lay within the channel, for each bar of the squeeze and the one that may end it."""
    last = slice(-1 - parameters.squeeze_bars, None)
    return [
        rounded(band, 10) * parameters.band_deviations < rounded(channel, 10) * parameters.keltner_atr
        for band, channel in zip(deviation[last], atr[last], strict=True)
    ]
