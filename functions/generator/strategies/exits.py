"""Ways out of a position that several strategies share: a trailing stop, an exit by age, an opposite signal.

They are computed from bars alone, so the same bars give the same exits, whoever holds what. Which positions
an exit concerns, and whether a stop is tighter than the one a position has, is for the director to see.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from functions.contract.bar import Bar, closed_at
from functions.contract.scalars import Integer, PositiveDecimal, Side
from functions.generator.strategies.base import Proposal
from functions.generator.strategies.numbers import rounded

_CERTAIN = Decimal(1)


class TrailingStop(BaseModel):
    """The Chandelier Exit: so many ATRs from the best price of the last bars.

    Source: Charles Le Beau, as told by Alexander Elder, "Come Into My Trading Room" (2002).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    window_bars: Annotated[Integer, Field(ge=2, le=200)]
    distance_atr: PositiveDecimal


class Exits(BaseModel):
    """How positions are left before their stop or target; null for a way that is not used.

    max_age_bars: after so many bars, counted from the signal's own. opposite: whether an entry one way first
    closes what is held the other way.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    trailing_stop: TrailingStop | None
    max_age_bars: Annotated[Integer, Field(ge=1, le=2000)] | None
    opposite: Literal["close", "ignore"]

    @property
    def window_bars(self) -> int:
        """How many bars these exits look at."""
        trailing = self.trailing_stop.window_bars + 1 if self.trailing_stop else 1
        return max(trailing, (self.max_age_bars or 0) + 1)


@dataclass(frozen=True, slots=True)
class Ranges:
    """The average true range at the last bar and at the one before."""

    now: Decimal
    before: Decimal


def exits(
    rules: Exits, bars: Sequence[Bar], ranges: Ranges, sides: Sequence[Side], digits: int
) -> Iterator[Proposal]:
    """What the last bar asks of positions on these sides, apart from opposite signals."""
    if rules.max_age_bars is not None:
        yield _time_exit(bars, rules.max_age_bars)
    if rules.trailing_stop is not None:
        for side in sides:
            moved = _moved_stop(rules.trailing_stop, side, bars, ranges, digits)
            if moved is not None:
                yield moved


def opposite_exit(side: Side, strength: Decimal) -> Proposal:
    """Close what is held against an entry on this side."""
    return Proposal(
        action="close",
        side="sell" if side == "buy" else "buy",
        strength=strength,
        entry_price=None,
        stop_loss=None,
        take_profit=None,
        indicators={},
        purpose="opposite_exit",
    )


def _time_exit(bars: Sequence[Bar], max_age_bars: int) -> Proposal:
    """Close what was signalled that many bars ago or earlier; over a weekend no position ages."""
    return Proposal(
        action="close",
        side=None,
        strength=_CERTAIN,
        entry_price=None,
        stop_loss=None,
        take_profit=None,
        indicators={"max_age_bars": Decimal(max_age_bars)},
        purpose="time_exit",
        opened_before=closed_at(bars[-1 - max_age_bars]),
    )


def _moved_stop(
    rule: TrailingStop, side: Side, bars: Sequence[Bar], ranges: Ranges, digits: int
) -> Proposal | None:
    """The new stop, if it moved with the price since the bar before and the price is not beyond it."""
    level = _level(rule, side, bars, ranges.now, digits)
    before = _level(rule, side, bars[:-1], ranges.before, digits)
    towards = 1 if side == "buy" else -1
    if (level - before) * towards <= 0 or (bars[-1].close - level) * towards <= 0 or level <= 0:
        return None
    return Proposal(
        action="modify",
        side=side,
        strength=_CERTAIN,
        entry_price=None,
        stop_loss=level,
        take_profit=None,
        indicators={"atr": ranges.now, "stop_loss_before": before},
        purpose="trailing_stop",
    )


def _level(rule: TrailingStop, side: Side, bars: Sequence[Bar], atr: Decimal, digits: int) -> Decimal:
    recent = bars[-rule.window_bars :]
    distance = rounded(atr * rule.distance_atr, digits)
    if side == "buy":
        return max(bar.high for bar in recent) - distance
    return min(bar.low for bar in recent) + distance
