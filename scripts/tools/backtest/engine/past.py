"""What limits ask of the past: equity at the beginning of the day and at its highest, losses in a row."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from functions.director.context import EquityMarks, LosingStreak
from scripts.tools.backtest.engine.positions import Trade

# The most losses in a row that an account can have as a limit.
MAX_LOSSES = 100


@dataclass(slots=True)
class Marks:
    """Follows the equity that an officer reports at the close of each bar; days are UTC.

    A bar that closes at midnight closes the day: officers report many times a bar, so that the last report
    before midnight knows of all that it lost.
    """

    _day: date | None = None
    _day_start: Decimal = Decimal(0)
    _last: Decimal = Decimal(0)
    _high: Decimal = Decimal(0)

    def report(self, equity: Decimal, at: datetime) -> None:
        """A bar has closed. A day begins with what was reported last before it."""
        day = (at - timedelta(microseconds=1)).date()
        if self._day is None:
            self._day_start = self._high = equity
        elif day > self._day:
            self._day_start = self._last
        self._day, self._last, self._high = day, equity, max(self._high, equity)

    def known(self) -> EquityMarks | None:
        """None before the first report."""
        if self._day is None:
            return None
        return EquityMarks(day=self._day, day_start_equity=self._day_start, high_water_equity=self._high)


@dataclass(frozen=True, slots=True)
class Past:
    """What an account has behind it when it begins: where its losses count from, and its last trades."""

    marks: Marks = field(default_factory=Marks)
    trades: tuple[Trade, ...] = ()


def losing_streak(trades: Sequence[Trade], most: int | None) -> LosingStreak:
    """How many of the last closes in a row, at most so many, lost money with swap and the close's commission.

    As ledger.losing_streak, which knows closes by their own reports.
    """
    losses = 0
    for trade in reversed(trades[-most:] if most else ()):
        if trade.profit + trade.swap + trade.closing_commission >= 0:
            break
        losses += 1
    return LosingStreak(losses=losses, last_loss_at=trades[-1].closed_at if losses else None)
