"""Walk-forward: windows that tile, choices made on the past alone, and money carried from test to test."""

from dataclasses import replace
from decimal import Decimal

import pytest

from scripts.tools.backtest.engine.loop import run
from scripts.tools.backtest.engine.past import Past
from scripts.tools.backtest.engine.result import AccountResult
from scripts.tools.backtest.engine.setup import Costs, Setup
from scripts.tools.backtest.engine.statistics import statistics
from scripts.tools.backtest.engine.walk_forward import (
    Candidate,
    Plan,
    Walk,
    Window,
    bars_to_live_through,
    rank,
    walk,
    windows,
)
from scripts.tools.demo.bars_file import BarsFile
from tests.backtest.test_loop import Said, story
from tests.backtest.worlds import INSTRUMENT, account, flat, result, setup, strategy, trade
from tests.director.cases import signal

PLAN = Plan(train_bars=150, test_bars=100, statistic="net_profit")
COUNT = 500
# Both read 101 bars.
QUICK, SLOW = ((strategy(fast_bars=fast, slow_bars=slow, atr_bars=5),) for fast, slow in ((2, 4), (4, 8)))


@pytest.fixture(scope="module")
def walked(sample: BarsFile) -> Walk:
    """Two candidates over 500 bars."""
    return walked_over(sample, (QUICK, SLOW))


def walked_over(file: BarsFile, candidates: tuple[Candidate, ...]) -> Walk:
    made = Setup(INSTRUMENT, Costs(), (account(),), QUICK)
    return walk(file.bars[:COUNT], made, candidates, PLAN)


def test_tests_tile_what_the_first_training_leaves_and_the_last_may_be_shorter() -> None:
    found = windows(500, 101, PLAN)

    assert found == [Window(100, 250, 349), Window(200, 350, 449), Window(300, 450, 499)]
    assert bars_to_live_through(found, 4, PLAN) == 3 * 4 * 150 + 250


def test_without_a_bar_to_test_on_there_is_no_window() -> None:
    assert windows(250, 101, PLAN) == []
    assert windows(251, 101, PLAN) == [Window(100, 250, 250)]


def test_each_window_is_chosen_by_its_training_alone(sample: BarsFile, walked: Walk) -> None:
    alone = [walked_over(sample, (candidate,)) for candidate in (QUICK, SLOW)]

    for number, step in enumerate(walked.steps):
        scores = [each.steps[number].train_score or Decimal(0) for each in alone]
        assert step.train_score == max(scores)
        assert step.chosen == (QUICK if scores[0] >= scores[1] else SLOW)
    assert {step.chosen[0].parameters["fast_bars"] for step in walked.steps} == {2, 4}


def test_later_prices_change_no_earlier_choice(sample: BarsFile, walked: Walk) -> None:
    last = windows(COUNT, QUICK[0].warm_up_bars, PLAN)[-1]
    doubled = [
        bar.model_copy(update={name: getattr(bar, name) * 2 for name in ("open", "high", "low", "close")})
        for bar in sample.bars[last.test_first :]
    ]
    other = replace(sample, bars=(*sample.bars[: last.test_first], *doubled))

    again = walked_over(other, (QUICK, SLOW))

    assert [step.chosen for step in again.steps] == [step.chosen for step in walked.steps]
    assert again.steps[:-1] == walked.steps[:-1]


def test_the_stitched_curve_goes_on_where_the_window_before_ended(walked: Walk) -> None:
    (found,) = walked.result.accounts

    assert found.deposit == Decimal(10_000)
    assert found.equity == found.balance == 10_000 + sum(step.net_profit for step in walked.steps)
    assert len(found.trades) == sum(step.trades for step in walked.steps) > 10
    assert sum((trade.net_profit for trade in found.trades), Decimal(0)) == found.balance - found.deposit
    times = [point.at for point in found.curve]
    assert times == sorted(set(times))
    assert _flat_at_the_seams(found, walked)


def test_progress_is_told_of_every_bar_lived_through(sample: BarsFile) -> None:
    told: list[int] = []
    made = Setup(INSTRUMENT, Costs(), (account(),), QUICK)

    walk(sample.bars[:COUNT], made, (QUICK, SLOW), PLAN, progress=told.append)

    found = windows(COUNT, max(QUICK[0].warm_up_bars, SLOW[0].warm_up_bars), PLAN)
    assert sum(told) == bars_to_live_through(found, 2, PLAN)


def test_losses_count_on_from_one_window_to_the_next(sample: BarsFile) -> None:
    limits = {"max_drawdown": Decimal("0.02"), "max_open_positions_symbol": 1}
    careful = account(limits=account().limits.model_copy(update=limits))
    made = Setup(INSTRUMENT, Costs(commission_per_lot=Decimal("3.5")), (careful,), QUICK)

    (found,) = walk(sample.bars[:1500], made, (QUICK,), Plan(150, 200, "net_profit")).result.accounts

    # Whatever the window, nothing is opened beyond it, so that one position at most passes it by.
    assert Decimal("0.02") < statistics(found).max_drawdown_ratio < Decimal("0.035")
    assert found.decisions[-1].reason == "max_drawdown"


def test_a_losing_streak_goes_on_in_the_next_window() -> None:
    lost = Past(trades=(trade("-5"), trade("-5", hours=2)))
    resting = account().limits.model_copy(update={"max_consecutive_losses": 2, "cool_down_seconds": 10**6})
    bars = [flat(0), flat(1)]
    made = setup(accounts=[account(limits=resting, past=lost)])

    (found,) = run(bars, made, [Said(bars, {0: [story(signal(), 0)]})], first=0, last=1).accounts

    assert [one.reason for one in found.decisions] == ["cooling_down"]
    assert found.past.trades == lost.trades


WINS = [trade("50", hours=number) for number in (1, 2, 3)]
MIXED = [trade("50"), trade("-10", hours=2), trade("10", hours=3)]


@pytest.mark.parametrize("statistic", ["profit_factor", "sortino_ratio", "calmar_ratio"])
def test_who_gained_without_any_loss_is_better_than_any_ratio_and_who_did_nothing_is_worse(
    statistic: str,
) -> None:
    lossless = statistics(result([10_000, 10_050, 10_100, 10_150], WINS))
    richer = statistics(result([10_000, 10_050, 10_100, 10_350], WINS))
    mixed = statistics(result([10_000, 10_050, 10_040, 10_050], MIXED))
    losing = statistics(result([10_000, 9_990], [trade("-10")]))
    nothing = statistics(result([10_000, 10_000, 10_000]))

    ranked = sorted([lossless, nothing, richer, losing, mixed], key=lambda one: rank(one, statistic))

    assert getattr(lossless, statistic) is None
    assert ranked == [nothing, losing, mixed, lossless, richer]


def _flat_at_the_seams(found: AccountResult, walked: Walk) -> bool:
    ends = {step.tested_until for step in walked.steps}
    return all(point.positions == 0 for point in found.curve if point.at in ends)
