"""What a list of trades says. A figure that is not defined is None, never 0 and never infinite."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from scripts.tools.backtest.engine.positions import Trade


def profit_factor(trades: Sequence[Trade]) -> Decimal | None:
    """Gross profit / gross loss, after costs; None without a loss (J. D. Schwager, 1996)."""
    lost = -_sum(_losses(trades))
    return _sum(_wins(trades)) / lost if lost else None


def expectancy(trades: Sequence[Trade]) -> Decimal | None:
    """The mean net profit of a trade, in money."""
    return _mean([trade.net_profit for trade in trades])


def expectancy_r(trades: Sequence[Trade]) -> Decimal | None:
    """The mean R-multiple: what a trade gains per unit of its initial risk.

    V. K. Tharp, "Trade Your Way to Financial Freedom" (1998). Trades without a stop have no R.
    """
    return _mean(_multiples(trades))


def system_quality_number(trades: Sequence[Trade]) -> Decimal | None:
    """SQN: sqrt(n) * mean(R) / stdev(R), of a sample (n - 1).

    V. K. Tharp, "The Definitive Guide to Position Sizing" (2008), who caps n at 100; here it is not capped.
    """
    multiples = _multiples(trades)
    average = _mean(multiples)
    if average is None or len(multiples) < 2:
        return None
    variance = sum(((each - average) ** 2 for each in multiples), Decimal(0)) / (len(multiples) - 1)
    return Decimal(len(multiples)).sqrt() * average / variance.sqrt() if variance else None


def win_rate(trades: Sequence[Trade]) -> Decimal | None:
    """The share of trades that gained something after costs, 0..1."""
    return Decimal(len(_wins(trades))) / len(trades) if trades else None


def payoff_ratio(trades: Sequence[Trade]) -> Decimal | None:
    """Mean win / mean loss, after costs; None without both."""
    win, loss = _mean(_wins(trades)), _mean(_losses(trades))
    return win / -loss if win is not None and loss is not None else None


def mean_holding(trades: Sequence[Trade]) -> timedelta | None:
    """The mean time from open to close, weekends included."""
    held = [trade.closed_at - trade.opened_at for trade in trades]
    return sum(held, timedelta(0)) / len(held) if held else None


def longest_losing_streak(trades: Sequence[Trade]) -> int:
    """The most losing trades in a row, in the order of their closing; one that ends even breaks the row."""
    longest = current = 0
    for trade in trades:
        current = current + 1 if trade.net_profit < 0 else 0
        longest = max(longest, current)
    return longest


def _wins(trades: Sequence[Trade]) -> list[Decimal]:
    return [trade.net_profit for trade in trades if trade.net_profit > 0]


def _losses(trades: Sequence[Trade]) -> list[Decimal]:
    return [trade.net_profit for trade in trades if trade.net_profit < 0]


def _multiples(trades: Sequence[Trade]) -> list[Decimal]:
    return [trade.r_multiple for trade in trades if trade.r_multiple is not None]


def _mean(values: Sequence[Decimal]) -> Decimal | None:
    return _sum(values) / len(values) if values else None


def _sum(values: Sequence[Decimal]) -> Decimal:
    return sum(values, Decimal(0))
