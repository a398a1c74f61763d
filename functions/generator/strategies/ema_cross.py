"""EMA cross: act when the fast moving average changes sides of the slow one on the last closed bar.

Two things make the same bar give the same signal on every run, whatever history the ledger holds by then:

- An exponential average never forgets where it began, so TA-Lib's value depends on the first bar it is given.
  The strategy therefore declares its window and reads exactly that many bars. Ten slow periods leave the seed
  of an EMA a weight of (1 - 2 / (n + 1)) ** 9n, about 2e-8; twenty periods do the same for the ATR, whose
  Wilder smoothing forgets at half the speed.
- Indicators are rounded to the ten decimals a contract can carry before anything is decided on them, so what
  remains of floating-point noise cannot decide, and the recorded numbers are the ones that did.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from functions.contract.bar import Bar
from functions.contract.scalars import Integer, PositiveDecimal, Side
from functions.generator.strategies.base import Parameters, Proposal, Strategy
from functions.generator.strategies.numbers import digits_of, floats, rounded
from functions.generator.strategies.trading import (
    EMA_WINDOW_PERIODS,
    WILDER_WINDOW_PERIODS,
    Period,
    crossed,
    saturating,
)


class EmaCrossParameters(Parameters):
    """Periods are counted in bars, distances in ATRs (average true ranges), the reward in stop distances."""

    fast_bars: Period
    slow_bars: Period
    atr_bars: Period
    stop_distance_atr: PositiveDecimal
    reward_to_risk: PositiveDecimal
    # The separation of the averages, in ATRs, that counts as strength 0.5.
    half_strength_atr: PositiveDecimal
    # both: every cross opens and only the stops close.
    # buy or sell: a cross that way opens, and one against it closes what the strategy holds.
    sides: Literal["both", "buy", "sell"]
    valid_bars: Annotated[Integer, Field(ge=1, le=100)]

    @model_validator(mode="after")
    def _fast_is_faster(self) -> "EmaCrossParameters":
        if self.fast_bars >= self.slow_bars:
            raise ValueError("fast_bars must be smaller than slow_bars")
        return self

    @property
    def warm_up_bars(self) -> int:
        """The fixed window: the longer of both needs, and one bar more to see the side before the cross."""
        return 1 + max(EMA_WINDOW_PERIODS * self.slow_bars, WILDER_WINDOW_PERIODS * self.atr_bars)


def propose(bars: Sequence[Bar], parameters: EmaCrossParameters) -> Sequence[Proposal]:
    """Open on a cross, close on one against the traded side; nothing without a cross or a usable stop.

    `bars` are exactly `parameters.warm_up_bars` closed bars, oldest first.
    """
    reading = _read(bars, parameters)
    side = crossed(reading.separations)
    if side is None or reading.atr <= 0:
        return ()
    if parameters.sides not in ("both", side):
        return (_closing(reading, parameters),)
    opening = _opening(side, bars, reading, parameters)
    return () if opening is None else (opening,)


EMA_CROSS = Strategy(kind="ema_cross", parameters=EmaCrossParameters, propose=propose)


@dataclass(frozen=True, slots=True)
class _Reading:
    ema_fast: Decimal
    ema_slow: Decimal
    atr: Decimal
    separations: tuple[Decimal, ...]

    def indicators(self) -> dict[str, Decimal]:
        return {
            "ema_fast": self.ema_fast,
            "ema_slow": self.ema_slow,
            "atr": self.atr,
            "separation": self.separations[-1],
            "separation_previous": self.separations[-2],
        }


def _read(bars: Sequence[Bar], parameters: EmaCrossParameters) -> _Reading:
    # TA-Lib brings numpy, 0.3 s of import: paid by the first evaluation, not by every function's start.
    import talib

    high, low, close = (floats(bars, name) for name in ("high", "low", "close"))
    fast = talib.EMA(close, parameters.fast_bars)
    slow = talib.EMA(close, parameters.slow_bars)
    # The slow average is undefined before its first full period.
    apart = (fast - slow)[parameters.slow_bars - 1 :]
    return _Reading(
        ema_fast=rounded(fast[-1], 10),
        ema_slow=rounded(slow[-1], 10),
        atr=rounded(talib.ATR(high, low, close, parameters.atr_bars)[-1], 10),
        separations=tuple(rounded(value, 10) for value in apart),
    )


def _opening(
    side: Side, bars: Sequence[Bar], reading: _Reading, parameters: EmaCrossParameters
) -> Proposal | None:
    """Enter at the close of the bar, risk a multiple of the ATR, aim for a multiple of the risk."""
    entry, digits = bars[-1].close, digits_of(bars)
    towards_profit = 1 if side == "buy" else -1
    risk = rounded(reading.atr * parameters.stop_distance_atr, digits)
    stop_loss = entry - towards_profit * risk
    take_profit = entry + towards_profit * rounded(risk * parameters.reward_to_risk, digits)
    if entry in (stop_loss, take_profit) or min(stop_loss, take_profit) <= 0:
        return None
    return Proposal(
        action="open",
        side=side,
        strength=_strength(reading, parameters),
        entry_price=entry,
        stop_loss=stop_loss,
        take_profit=take_profit,
        indicators=reading.indicators(),
    )


def _closing(reading: _Reading, parameters: EmaCrossParameters) -> Proposal:
    """Close what the strategy holds on the one side it trades."""
    return Proposal(
        action="close",
        side="buy" if parameters.sides == "buy" else "sell",
        strength=_strength(reading, parameters),
        entry_price=None,
        stop_loss=None,
        take_profit=None,
        indicators=reading.indicators(),
    )


def _strength(reading: _Reading, parameters: EmaCrossParameters) -> Decimal:
    return saturating(abs(reading.separations[-1]) / reading.atr, parameters.half_strength_atr)
