"""What most strategies have in common: an entry on some bars, a stop, a target, and ways out.

A strategy built on this says only when to enter (a `Reading`); `proposals` makes of it what is to be done.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal, TypeVar

from pydantic import Field

from functions.contract.bar import Bar
from functions.contract.scalars import Integer, PositiveDecimal, Side
from functions.generator.strategies.base import Parameters, Proposal
from functions.generator.strategies.exits import Exits, Ranges, exits, opposite_exit
from functions.generator.strategies.numbers import digits_of, floats, rounded
from functions.generator.strategies.stops import StopRule, SwingStop, stop_price, target_price

# An exponential average of n periods gives its seed a weight of (1 - 2 / (n + 1)) ** 9n, about 2e-8, over ten
# periods; Wilder's smoothing (ATR, RSI) forgets at half the speed.
EMA_WINDOW_PERIODS = 10
WILDER_WINDOW_PERIODS = 20

# The longest period whose window, 4,001 bars, is still read in one go.
Period = Annotated[Integer, Field(ge=2, le=200)]


class TradingParameters(Parameters):
    """Periods are counted in bars, distances in ATRs, the reward in stop distances; null for no target.

    sides: both, or the only side that is traded; a signal the other way then closes what is held, if
    `exits.opposite` says so.
    """

    atr_bars: Period
    stop: StopRule
    reward_to_risk: PositiveDecimal | None
    sides: Literal["both", "buy", "sell"]
    exits: Exits
    valid_bars: Annotated[Integer, Field(ge=1, le=100)]

    @property
    def indicator_bars(self) -> int:
        """How many closed bars the strategy's own indicators need."""
        raise NotImplementedError

    @property
    def warm_up_bars(self) -> int:
        """The fixed window: the longest of all needs, and one bar more to see what was before."""
        swing = self.stop.bars if isinstance(self.stop, SwingStop) else 0
        wilder = WILDER_WINDOW_PERIODS * self.atr_bars
        return 1 + max(self.indicator_bars, wilder, swing, self.exits.window_bars)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a strategy reads from the last bar: the side to enter, how sure it is (0..1), and why."""

    side: Side
    strength: Decimal
    indicators: dict[str, Decimal]


P = TypeVar("P", bound=TradingParameters)
Read = Callable[[Sequence[Bar], P], Reading | None]


def proposals(read: Read[P], bars: Sequence[Bar], parameters: P) -> Sequence[Proposal]:
    """What the last of these closed bars asks for: exits, then an entry; nothing in a market that stands.

    `bars` are exactly `parameters.warm_up_bars` closed bars, oldest first.
    """
    digits, ranges = digits_of(bars), _ranges(bars, parameters.atr_bars)
    if min(ranges.now, ranges.before) <= 0:
        return ()
    traded: tuple[Side, ...] = ("buy", "sell") if parameters.sides == "both" else (parameters.sides,)
    leaving = tuple(exits(parameters.exits, bars, ranges, traded, digits))
    reading = read(bars, parameters)
    return (
        leaving
        if reading is None
        else leaving + _acting(reading, traded, bars, parameters, ranges.now, digits)
    )


def crossed(values: Sequence[Decimal]) -> Side | None:
    """The side of zero that a series changed to on its last value, None if it did not.

    Zero is no side: a series that touches it and turns back has not crossed.
    """
    before = next((value for value in reversed(values[:-1]) if value), Decimal(0))
    last = values[-1]
    if before < 0 < last:
        return "buy"
    if before > 0 > last:
        return "sell"
    return None


def saturating(value: Decimal, half: Decimal) -> Decimal:
    """value / (value + half): 0 at 0, 0.5 at `half`, 1 at infinity; to four decimals. Neither is negative."""
    return rounded(value / (value + half), 4)


def _ranges(bars: Sequence[Bar], atr_bars: int) -> Ranges:
    import talib  # numpy comes along, 0.3 s: paid by the first evaluation, not by every function's start

    high, low, close = (floats(bars, name) for name in ("high", "low", "close"))
    atr = talib.ATR(high, low, close, atr_bars)
    return Ranges(now=rounded(atr[-1], 10), before=rounded(atr[-2], 10))


def _acting(
    reading: Reading,
    traded: Sequence[Side],
    bars: Sequence[Bar],
    parameters: TradingParameters,
    atr: Decimal,
    digits: int,
) -> tuple[Proposal, ...]:
    closing = (opposite_exit(reading.side, reading.strength),) if parameters.exits.opposite == "close" else ()
    if reading.side not in traded:
        return closing
    opening = _opening(reading, bars, parameters, atr, digits)
    return closing if opening is None else (*closing, opening)


def _opening(
    reading: Reading, bars: Sequence[Bar], parameters: TradingParameters, atr: Decimal, digits: int
) -> Proposal | None:
    """Enter at the close of the bar; None where no usable stop comes out."""
    entry = bars[-1].close
    stop_loss = stop_price(parameters.stop, reading.side, bars, atr, digits)
    take_profit = target_price(entry, stop_loss, parameters.reward_to_risk, digits)
    towards_profit = 1 if reading.side == "buy" else -1
    if (entry - stop_loss) * towards_profit <= 0 or stop_loss <= 0:
        return None
    if take_profit is not None and (take_profit <= 0 or take_profit == entry):
        return None
    return Proposal(
        action="open",
        side=reading.side,
        strength=reading.strength,
        entry_price=entry,
        stop_loss=stop_loss,
        take_profit=take_profit,
        indicators={"atr": atr, **reading.indicators},
    )
