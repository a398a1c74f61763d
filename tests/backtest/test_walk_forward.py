"""Walk-forward: windows that tile, choices made on the past alone, and money carried from test to test."""

from dataclasses import replace
from decimal import Decimal

import pytest

from scripts.tools.backtest.engine.result import AccountResult
from scripts.tools.backtest.engine.setup import Costs, Setup
from scripts.tools.backtest.engine.walk_forward import (
    Candidate,
    Plan,
    Walk,
    Window,
    bars_to_live_through,
    walk,
    windows,
)
from scripts.tools.demo.bars_file import BarsFile
from tests.backtest.worlds import INSTRUMENT, account, strategy

PLAN = Plan(train_bars=150, test_bars=100, statistic="net_profit")
COUNT = 500
# Both read 101 bars.
QUICK, SLOW = ((strategy(fast_bars=fast, slow_bars=slow, atr_bars=5),) for fast, slow in ((2, 4), (4, 8)))


@pytest.fixture(scope="module")
def walked(sample: BarsFile) -> Walk:
    """Two candidates over 500 bars."""
    return walked_over(sample, (QUICK, SLOW))


def walked_over(file: BarsFile, candidates: tuple[Candidate, ...]) -> Walk:
    setup = Setup(INSTRUMENT, Costs(), (account(),), QUICK)
    return walk(file.bars[:COUNT], setup, candidates, PLAN)


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
    setup = Setup(INSTRUMENT, Costs(), (account(),), QUICK)

    walk(sample.bars[:COUNT], setup, (QUICK, SLOW), PLAN, progress=told.append)

    found = windows(COUNT, max(QUICK[0].warm_up_bars, SLOW[0].warm_up_bars), PLAN)
    assert sum(told) == bars_to_live_through(found, 2, PLAN)


def _flat_at_the_seams(found: AccountResult, walked: Walk) -> bool:
    ends = {step.tested_until for step in walked.steps}
    return all(point.positions == 0 for point in found.curve if point.at in ends)
