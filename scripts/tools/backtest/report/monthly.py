"""Returns by month and year, as investors read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from scripts.tools.backtest.engine.result import AccountResult

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Year:
    """The returns of one calendar year, month by month; None where there were no bars."""

    year: int
    months: tuple[Decimal | None, ...]
    whole: Decimal


def years_of(account: AccountResult) -> list[Year]:
    """Each month's last equity over the month's before, minus 1; the first one's over the deposit.

    Months are those of the broker's server. Empty if the account ever lost everything.
    """
    ends = _month_ends(account)
    returns: dict[tuple[int, int], Decimal] = {}
    before = account.deposit
    for month, equity in ends.items():
        if before <= 0:
            return []
        returns[month] = equity / before - 1
        before = equity
    found = sorted({year for year, _ in returns})
    return [
        Year(year, tuple(returns.get((year, each)) for each in range(1, 13)), _whole(returns, year))
        for year in found
    ]


def _month_ends(account: AccountResult) -> dict[tuple[int, int], Decimal]:
    # A bar that closes at midnight belongs to the day that ends.
    offset = timedelta(seconds=account.server_time_offset_seconds) - timedelta(microseconds=1)
    ends: dict[tuple[int, int], Decimal] = {}
    for point in account.curve:
        at = point.at + offset
        ends[at.year, at.month] = point.equity
    return ends


def _whole(returns: dict[tuple[int, int], Decimal], year: int) -> Decimal:
    """Months compound."""
    growth = Decimal(1)
    for each in _of_year(returns, year):
        growth *= 1 + each
    return growth - 1


def _of_year(returns: dict[tuple[int, int], Decimal], year: int) -> Sequence[Decimal]:
    return [value for (found, _), value in returns.items() if found == year]
