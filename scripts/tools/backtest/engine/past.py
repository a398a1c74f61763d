"""What limits ask of the past: equity at the beginning of the day and at its highest, losses in a row."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from functions.director.context import EquityMarks, LosingStreak
from scripts.tools.backtest.engine.positions import Trade


class Marks:
    """Follows the equity that an officer reports, once a bar at least; days are UTC."""

    def __init__(self) -> None:
        self._day: date | None = None
        self._day_start = self._last = self._high = Decimal(0)

    def report(self, equity: Decimal, at: datetime) -> None:
        """An officer reports. A day begins with what was reported last before it."""
        if self._day is None:
            self._day_start = self._high = equity
        elif at.date() > self._day:
            self._day_start = self._last
        self._day, self._last, self._high = at.date(), equity, max(self._high, equity)

    def known(self) -> EquityMarks | None:
        """None before the first report."""
        if self._day is None:
            return None
        return EquityMarks(day=self._day, day_start_equity=self._day_start, high_water_equity=self._high)


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
