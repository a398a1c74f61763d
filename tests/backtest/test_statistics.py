"""Statistics: small cases computed by hand, and numpy as an arithmetic of its own."""

import math
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from scripts.tools.backtest.engine import curve_statistics as of_curve
from scripts.tools.backtest.engine import trade_statistics as of_trades
from scripts.tools.backtest.engine.result import AccountResult, Point
from scripts.tools.backtest.engine.statistics import statistics, together
from tests.backtest.agreement import result_of
from tests.backtest.worlds import HOUR, T0, result, trade

# Two wins, three losses in a row but for a trade that ended even, and a win without a stop.
TRADES = [
    trade("200"),
    trade("-100", hours=2),
    trade("-50", hours=3),
    trade("0", hours=4),
    trade("-150", hours=5),
    trade("100", risk=None, hours=9),
]


def close_to(value: Decimal | None, expected: float) -> bool:
    return value is not None and math.isclose(float(value), expected, rel_tol=1e-9)


def test_cagr_is_the_yearly_growth_that_leads_from_start_to_end() -> None:
    four_years = result([10_000, 20_000, 40_000], every=timedelta(days=2 * 365.25))

    assert close_to(of_curve.cagr(four_years), math.sqrt(2) - 1)


@pytest.mark.parametrize(
    "curve", [result([10_000, 11_000], every=timedelta(hours=23)), result([10_000, 5_000, 0])]
)
def test_cagr_is_undefined_for_hours_and_for_ruin(curve: AccountResult) -> None:
    assert of_curve.cagr(curve) is None


def test_daily_returns_are_of_the_last_equity_of_each_day_of_the_server() -> None:
    # From 08:00 on, every eight hours: 16:00, 24:00 (still the first day), 08:00, 16:00, 24:00.
    curve = result([100, 105, 110, 120, 90, 99], every=timedelta(hours=8))

    assert of_curve.daily_returns(curve) == [Decimal("0.1"), Decimal("-0.1")]


def test_sharpe_and_sortino_by_hand() -> None:
    # Returns 10 %, -10 %, 20 %: mean 1/15, sample deviation sqrt(7)/10/sqrt(3), downside sqrt(0.01 / 3).
    curve = result(["100", "110", "99", "118.8"])

    assert close_to(of_curve.sharpe_ratio(curve), (1 / 15) / math.sqrt(7 / 300) * math.sqrt(252))
    assert close_to(of_curve.sortino_ratio(curve), (1 / 15) / math.sqrt(0.01 / 3) * math.sqrt(252))


def test_a_market_without_weekend_has_365_days() -> None:
    # T0 is a Monday: the sixth day is a Saturday.
    equities = ["100", "101", "99", "100", "102", "101", "103"]
    returns = np.diff(np.array(equities, dtype=float)) / np.array(equities, dtype=float)[:-1]

    sharpe = of_curve.sharpe_ratio(result(equities))

    assert close_to(sharpe, returns.mean() / returns.std(ddof=1) * math.sqrt(365))


def test_sunday_evening_is_the_beginning_of_monday_so_that_a_week_has_five_days() -> None:
    friday, sunday, monday = (T0 + timedelta(days=days, hours=12) for days in (4, 6, 7))
    points = [Point(at, Decimal(e), Decimal(e), 0) for at, e in ((friday, 110), (sunday, 99), (monday, 121))]

    curve = replace(result([100, 110]), curve=tuple(points))

    assert of_curve.daily_returns(curve) == [Decimal("0.1"), Decimal("0.1")]


@pytest.mark.parametrize("equities", [[100, 110], [100, 110, 121]])
def test_without_two_days_or_without_any_deviation_there_is_no_sharpe(equities: list[int]) -> None:
    assert of_curve.sharpe_ratio(result(equities)) is None


def test_without_a_losing_day_there_is_no_sortino() -> None:
    assert of_curve.sortino_ratio(result([100, 110, 121])) is None


def test_drawdowns_are_the_deepest_in_money_the_deepest_of_a_peak_and_the_longest() -> None:
    # From 100 to 80 (20 %, 20), then from 200 to 170 (15 %, 30), which lasts four days to the end.
    drawdown = of_curve.drawdown_of(result([100, 80, 200, 190, 170, 180, 199]))

    assert (drawdown.amount, drawdown.ratio) == (Decimal(30), Decimal("0.2"))
    assert drawdown.longest == timedelta(days=4)


def test_a_curve_that_only_rises_has_no_drawdown_and_no_calmar() -> None:
    found = statistics(result([100, 110, 120]))

    assert found.max_drawdown == found.max_drawdown_ratio == 0
    assert found.longest_drawdown == timedelta(0)
    assert found.calmar_ratio is None


def test_calmar_is_growth_over_the_deepest_drawdown() -> None:
    year = result(["100", "80", "120"], every=timedelta(days=365.25 / 2))

    assert close_to(statistics(year).calmar_ratio, 0.2 / 0.2)


def test_exposure_counts_the_bars_that_end_with_a_position() -> None:
    assert of_curve.exposure_ratio(result([100, 100, 100, 100, 100], positions=[0, 2, 1, 0])) == Decimal(
        "0.5"
    )


def test_trades_by_hand() -> None:
    assert of_trades.profit_factor(TRADES) == Decimal(300) / Decimal(300)
    assert of_trades.expectancy(TRADES) == 0
    assert of_trades.win_rate(TRADES) == Decimal(2) / 6
    assert of_trades.payoff_ratio(TRADES) == Decimal("1.5")
    assert of_trades.mean_holding(TRADES) == 4 * HOUR
    assert of_trades.longest_losing_streak(TRADES) == 2
    # In R: 2, -1, -0.5, 0, -1.5; the last trade has no risk to measure by.
    assert of_trades.expectancy_r(TRADES) == Decimal("-0.2")
    multiples = np.array([2, -1, -0.5, 0, -1.5])
    expected = math.sqrt(5) * multiples.mean() / multiples.std(ddof=1)
    assert close_to(of_trades.system_quality_number(TRADES), expected)


def test_what_is_not_defined_is_null_and_never_zero_or_infinite() -> None:
    nothing = statistics(result([100, 100, 100])).document()
    only_wins = statistics(result([100, 150], [trade("50")], every=HOUR)).document()

    undefined = {name for name, value in nothing.items() if value is None}
    assert undefined == {
        "sharpe_ratio",
        "sortino_ratio",
        "calmar_ratio",
        "profit_factor",
        "expectancy",
        "expectancy_r",
        "system_quality_number",
        "win_rate",
        "payoff_ratio",
        "mean_holding",
    }
    assert only_wins["profit_factor"] is None
    assert only_wins["payoff_ratio"] is None
    assert only_wins["expectancy"] == "50"


def test_costs_are_summed_by_kind() -> None:
    found = statistics(result([100, 90], TRADES[:2]))

    assert found.commission == -1
    assert found.swap == 0
    assert found.trades == 2


def test_accounts_together_are_their_sum_bar_by_bar() -> None:
    one, other = result([100, 110, 90]), result([200, 190, 230], [trade("30")])

    both = together([one, other])

    assert both.deposit == 300
    assert [int(point.equity) for point in both.curve] == [300, 320]
    assert statistics(both).net_profit == 20
    assert len(both.trades) == 1


def test_numpy_finds_the_same_on_a_real_curve(sample: Any) -> None:
    account = result_of(sample, 700).accounts[0]
    found = statistics(account)
    equity = np.array([float(account.deposit), *(float(point.equity) for point in account.curve)])
    peaks = np.maximum.accumulate(equity)
    net = np.array([float(each.net_profit) for each in account.trades])
    returns = np.array([float(each) for each in of_curve.daily_returns(account)])

    assert close_to(found.max_drawdown, (peaks - equity).max())
    assert close_to(found.max_drawdown_ratio, ((peaks - equity) / peaks).max())
    assert close_to(found.profit_factor, net[net > 0].sum() / -net[net < 0].sum())
    assert close_to(found.sharpe_ratio, returns.mean() / returns.std(ddof=1) * math.sqrt(252))
    assert close_to(
        found.sortino_ratio, returns.mean() / np.sqrt((np.minimum(returns, 0) ** 2).mean()) * math.sqrt(252)
    )
    assert math.isclose(np.prod(1 + returns), equity[-1] / equity[0])
    assert len(net) > 40


def test_the_growth_of_a_day_made_into_that_of_a_year_is_written_with_all_its_digits() -> None:
    document = statistics(result([10_000, 12_500], every=timedelta(hours=25))).document()

    assert document["cagr"] == f"{statistics(result([10_000, 12_500], every=timedelta(hours=25))).cagr:f}"
    assert len(str(document["cagr"])) > 28
