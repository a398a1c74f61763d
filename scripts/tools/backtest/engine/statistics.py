"""The statistics of one account, or of all together, gathered from its curve and its trades."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from decimal import Context, Decimal, localcontext

from functions.contract.scalars import decimal_text
from scripts.tools.backtest.engine import curve_statistics as of_curve
from scripts.tools.backtest.engine import trade_statistics as of_trades
from scripts.tools.backtest.engine.result import AccountResult, Point

# Enough for any report, and few enough that no digit is left to the order of summation.
_WRITTEN = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Statistics:
    """Money in the account's currency; ratios and rates as shares, so 0.05 is 5 %; costs are negative.

    Each formula, with its source, is in curve_statistics and trade_statistics. None: not defined here.
    net_profit counts open positions at their last quote; what is said of trades counts closed ones.
    spread and slippage are contained in the prices of the trades, commission and swap are booked beside them.
    """

    net_profit: Decimal
    net_profit_ratio: Decimal | None
    cagr: Decimal | None
    sharpe_ratio: Decimal | None
    sortino_ratio: Decimal | None
    calmar_ratio: Decimal | None
    max_drawdown: Decimal
    max_drawdown_ratio: Decimal
    longest_drawdown: timedelta
    profit_factor: Decimal | None
    expectancy: Decimal | None
    expectancy_r: Decimal | None
    system_quality_number: Decimal | None
    win_rate: Decimal | None
    payoff_ratio: Decimal | None
    trades: int
    longest_losing_streak: int
    mean_holding: timedelta | None
    exposure_ratio: Decimal
    commission: Decimal
    swap: Decimal
    spread: Decimal
    slippage: Decimal

    def document(self) -> dict[str, str | int | None]:
        """Itself for JSON: decimals as strings, at most six decimals, spans as whole seconds."""
        written: dict[str, str | int | None] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, timedelta):
                written[f"{field.name}_seconds"] = int(value.total_seconds())
            elif isinstance(value, Decimal):
                written[field.name] = decimal_text(_rounded(value))
            else:
                written[field.name] = value
        return written


def _rounded(value: Decimal) -> Decimal:
    """To what is written; the growth of a day, made into that of a year, may have many digits."""
    with localcontext(prec=max(Context().prec, value.adjusted() + 1 - _WRITTEN.adjusted())):
        return value.quantize(_WRITTEN)


# What a walk-forward may pick by: the more the better.
PICKABLE = (
    "net_profit",
    "cagr",
    "sharpe_ratio",
    "sortino_ratio",
    "calmar_ratio",
    "profit_factor",
    "expectancy",
    "expectancy_r",
    "system_quality_number",
    "win_rate",
)


def statistics(result: AccountResult) -> Statistics:
    """Everything there is to say in numbers."""
    trades = result.trades
    with localcontext(Context()):
        drawdown, growth = of_curve.drawdown_of(result), of_curve.cagr(result)
        net_profit = result.curve[-1].equity - result.deposit
        return Statistics(
            net_profit=net_profit,
            net_profit_ratio=net_profit / result.deposit if result.deposit > 0 else None,
            cagr=growth,
            sharpe_ratio=of_curve.sharpe_ratio(result),
            sortino_ratio=of_curve.sortino_ratio(result),
            calmar_ratio=of_curve.calmar_ratio(growth, drawdown),
            max_drawdown=drawdown.amount,
            max_drawdown_ratio=drawdown.ratio,
            longest_drawdown=drawdown.longest,
            profit_factor=of_trades.profit_factor(trades),
            expectancy=of_trades.expectancy(trades),
            expectancy_r=of_trades.expectancy_r(trades),
            system_quality_number=of_trades.system_quality_number(trades),
            win_rate=of_trades.win_rate(trades),
            payoff_ratio=of_trades.payoff_ratio(trades),
            trades=len(trades),
            longest_losing_streak=of_trades.longest_losing_streak(trades),
            mean_holding=of_trades.mean_holding(trades),
            exposure_ratio=of_curve.exposure_ratio(result),
            commission=sum((trade.commission for trade in trades), Decimal(0)),
            swap=sum((trade.swap for trade in trades), Decimal(0)),
            spread=sum((trade.spread_cost for trade in trades), Decimal(0)),
            slippage=sum((trade.slippage_cost for trade in trades), Decimal(0)),
        )


def together(accounts: Sequence[AccountResult]) -> AccountResult:
    """All accounts as if they were one: they share bars and currency, so money adds up bar by bar."""
    first = accounts[0]
    if len(accounts) == 1:
        return first
    return AccountResult(
        account_id="all",
        currency=first.currency,
        server_time_offset_seconds=first.server_time_offset_seconds,
        began_at=first.began_at,
        deposit=sum((each.deposit for each in accounts), Decimal(0)),
        balance=sum((each.balance for each in accounts), Decimal(0)),
        equity=sum((each.equity for each in accounts), Decimal(0)),
        curve=tuple(_sum(points) for points in zip(*(each.curve for each in accounts), strict=True)),
        trades=tuple(
            sorted((trade for each in accounts for trade in each.trades), key=lambda trade: trade.closed_at)
        ),
        positions=tuple(one for each in accounts for one in each.positions),
        decisions=tuple(one for each in accounts for one in each.decisions),
        directives=tuple(one for each in accounts for one in each.directives),
    )


def _sum(points: Sequence[Point]) -> Point:
    return Point(
        at=points[0].at,
        balance=sum((point.balance for point in points), Decimal(0)),
        equity=sum((point.equity for point in points), Decimal(0)),
        positions=sum(point.positions for point in points),
    )
