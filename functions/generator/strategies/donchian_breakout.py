"""Donchian breakout: act on the first close beyond the highest high or lowest low of the bars before it.

Source: Richard Donchian's four-week rule; Curtis Faith, "Way of the Turtle" (2007).
"""

from collections.abc import Sequence
from decimal import Decimal

from functions.contract.bar import Bar
from functions.contract.scalars import PositiveDecimal, Side
from functions.generator.strategies.base import Proposal, Strategy
from functions.generator.strategies.trading import Period, Reading, TradingParameters, proposals, saturating


class DonchianBreakoutParameters(TradingParameters):
    """half_strength_widths: how far beyond the channel, in its widths, counts as strength 0.5."""

    channel_bars: Period
    half_strength_widths: PositiveDecimal

    @property
    def indicator_bars(self) -> int:
        """The channel before the last bar, and before the one before that."""
        return self.channel_bars + 1


def propose(bars: Sequence[Bar], parameters: DonchianBreakoutParameters) -> Sequence[Proposal]:
    """Enter when the close leaves the channel of the bars before it; see `trading.proposals`."""
    return proposals(_read, bars, parameters)


DONCHIAN_BREAKOUT = Strategy(kind="donchian_breakout", parameters=DonchianBreakoutParameters, propose=propose)


def _read(bars: Sequence[Bar], parameters: DonchianBreakoutParameters) -> Reading | None:
    side = _side(bars, parameters.channel_bars)
    # One breakout, one signal: a market that keeps on making new highs has broken out already.
    if side is None or side == _side(bars[:-1], parameters.channel_bars):
        return None
    low, high = _channel(bars, parameters.channel_bars)
    close = bars[-1].close
    beyond = close - high if side == "buy" else low - close
    return Reading(
        side,
        saturating(beyond / (high - low), parameters.half_strength_widths) if high > low else Decimal(1),
        {"channel_high": high, "channel_low": low, "close": close},
    )


def _side(bars: Sequence[Bar], channel_bars: int) -> Side | None:
    low, high = _channel(bars, channel_bars)
    close = bars[-1].close
    return "buy" if close > high else "sell" if close < low else None


def _channel(bars: Sequence[Bar], channel_bars: int) -> tuple[Decimal, Decimal]:
    """Lowest low and highest high of the bars before the last."""
    before = bars[-1 - channel_bars : -1]
    return min(bar.low for bar in before), max(bar.high for bar in before)
