"""What an equity curve says: growth, drawdown, and return per unit of risk. All of it Decimal.

A figure that is not defined (no loss to divide by, no day to average) is None, never 0 and never infinite.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from scripts.tools.backtest.engine.result import AccountResult, Point

_YEAR = timedelta(days=365.25)
_SATURDAY, _SUNDAY = 5, 6


@dataclass(frozen=True, slots=True)
class Drawdown:
    """The deepest falls from a peak, each for itself, and the longest time without a new one.

    amount: in money. ratio: of the peak, 0..1. longest: from a peak to the last bar below it.
    """

    amount: Decimal
    ratio: Decimal
    longest: timedelta


def cagr(result: AccountResult) -> Decimal | None:
    """Compound annual growth rate: (end / start) ** (1 / years) - 1, years of 365.25 days.

    CFA Institute, "Global Investment Performance Standards". None for less than a day, when the exponent can
    make anything of it, and after losing everything.
    """
    elapsed = result.curve[-1].at - result.began_at
    growth = result.curve[-1].equity / result.deposit if result.deposit > 0 else Decimal(0)
    if elapsed < timedelta(days=1) or growth <= 0:
        return None
    return growth ** (Decimal(1) / (_seconds(elapsed) / _seconds(_YEAR))) - 1


def sharpe_ratio(result: AccountResult) -> Decimal | None:
    """mean(r) / stdev(r) * sqrt(days per year), of daily returns; the risk-free rate is taken as 0.

    W. F. Sharpe, "The Sharpe Ratio", Journal of Portfolio Management 21 (1994). The deviation is that of a
    sample (n - 1). Annualised by the square root of time, which supposes that days are independent.
    """
    returns = daily_returns(result)
    if len(returns) < 2:
        return None
    average = _mean(returns)
    variance = sum(((each - average) ** 2 for each in returns), Decimal(0)) / (len(returns) - 1)
    return average / variance.sqrt() * _days_per_year(result).sqrt() if variance else None


def sortino_ratio(result: AccountResult) -> Decimal | None:
    """mean(r) / downside deviation * sqrt(days per year), of daily returns, with a target of 0.

    F. A. Sortino, L. N. Price, "Performance Measurement in a Downside Risk Framework", Journal of Investing 3
    (1994). The downside deviation is the root of the mean over all days of min(r, 0) squared.
    """
    returns = daily_returns(result)
    if not returns:
        return None
    downside = _mean([min(each, Decimal(0)) ** 2 for each in returns]).sqrt()
    return _mean(returns) / downside * _days_per_year(result).sqrt() if downside else None


def calmar_ratio(growth: Decimal | None, drawdown: Drawdown) -> Decimal | None:
    """CAGR / greatest drawdown ratio, over the whole curve.

    T. W. Young, "Calmar Ratio: A Smoother Tool", Futures 20 (1991), who takes the last 36 months.
    """
    return growth / drawdown.ratio if growth is not None and drawdown.ratio else None


def drawdown_of(result: AccountResult) -> Drawdown:
    """The falls of equity at the closes of bars: what happens inside a bar nobody can know."""
    amount = ratio = Decimal(0)
    longest = timedelta(0)
    peak, peak_at = result.deposit, result.began_at
    for point in result.curve:
        if point.equity >= peak:
            peak, peak_at = point.equity, point.at
        else:
            amount = max(amount, peak - point.equity)
            ratio = max(ratio, (peak - point.equity) / peak)
            longest = max(longest, point.at - peak_at)
    return Drawdown(amount, ratio, longest)


def exposure_ratio(result: AccountResult) -> Decimal:
    """Time in the market: the share of bars at whose close a position was open."""
    return Decimal(sum(point.positions > 0 for point in result.curve)) / len(result.curve)


def daily_returns(result: AccountResult) -> list[Decimal]:
    """Each day's equity over the day before's, minus 1; the first day's over the deposit.

    Days are those of the broker's server, whose midnight is the end of the trading day; where nothing is
    traded on Saturdays, Sunday evening is Monday, so that a week has five days. Days without bars have
    no return. Empty once everything is lost.
    """
    returns, before = [], result.deposit
    for _, equity in _daily(result):
        if before <= 0:
            return []
        returns.append(equity / before - 1)
        before = equity
    return returns


def underwater(curve: Sequence[Point], deposit: Decimal) -> list[Decimal]:
    """How far each point lies below the peak before it, as a share of the peak: 0 or negative."""
    peak, falls = deposit, []
    for point in curve:
        peak = max(peak, point.equity)
        falls.append(point.equity / peak - 1 if peak > 0 else Decimal(0))
    return falls


def _daily(result: AccountResult) -> Iterator[tuple[date, Decimal]]:
    """The last equity of each day. A bar that closes at midnight belongs to the day that ends."""
    weekends = _has_weekends(result)
    last: dict[date, Decimal] = {}
    for point in result.curve:
        day = _day(result, point.at)
        # An hour on Sunday evening is the beginning of Monday's trading, whatever the server's clock says.
        early = weekends and day.weekday() == _SUNDAY
        last[day + timedelta(days=1) if early else day] = point.equity
    yield from last.items()


def _days_per_year(result: AccountResult) -> Decimal:
    """252 trading days, or 365 where the market has no weekend."""
    return Decimal(252 if _has_weekends(result) else 365)


def _has_weekends(result: AccountResult) -> bool:
    return not any(_day(result, point.at).weekday() == _SATURDAY for point in result.curve)


def _day(result: AccountResult, at: datetime) -> date:
    offset = timedelta(seconds=result.server_time_offset_seconds)
    return (at + offset - timedelta(microseconds=1)).date()


def _mean(values: Sequence[Decimal]) -> Decimal:
    return sum(values, Decimal(0)) / len(values)


def _seconds(span: timedelta) -> Decimal:
    return Decimal(span // timedelta(microseconds=1)).scaleb(-6)
