"""Losses that stop opens: the day's, the drawdown's, and several in a row; each just below, at and above."""

from datetime import timedelta
from typing import Any

import pytest

from functions.director.decide import decide
from tests.director.cases import AT, closing_signal, context, exposure, signal

MARKS = {"day": "2026-01-05", "day_start_equity": "10000", "high_water_equity": "12500"}
SECOND = timedelta(seconds=1)


def reason(equity: str = "10000", **account: Any) -> str:
    return decide(signal(), context(state={"equity": equity}, **account), AT).reason


@pytest.mark.parametrize(
    ("equity", "expected"),
    [("9500.01", "issued"), ("9500", "max_daily_loss"), ("9499.99", "max_daily_loss")],
)
def test_the_days_loss_stops_opens_when_it_reaches_its_limit(equity: str, expected: str) -> None:
    # 5 % of the 10,000 the day began with.
    assert reason(equity, limits={"max_daily_loss": "0.05"}, equity_marks=MARKS) == expected


def test_a_day_without_a_report_begins_with_the_last_equity_reported() -> None:
    yesterday = MARKS | {"day": "2026-01-04"}
    assert reason("9000", limits={"max_daily_loss": "0.05"}, equity_marks=yesterday) == "issued"


@pytest.mark.parametrize(
    ("equity", "expected"),
    [("11250.01", "issued"), ("11250", "max_drawdown"), ("11249.99", "max_drawdown")],
)
def test_a_drawdown_stops_opens_when_it_reaches_its_limit(equity: str, expected: str) -> None:
    # 10 % below 12,500 is 11,250.
    assert reason(equity, limits={"max_drawdown": "0.1"}, equity_marks=MARKS) == expected


def test_an_account_above_its_highest_mark_has_no_drawdown() -> None:
    limited = context(state={"equity": "13000"}, limits={"max_drawdown": "0.1"}, equity_marks=MARKS)
    numbers = decide(signal(), limited, AT).numbers
    assert (numbers["high_water_equity"], numbers["drawdown"]) == ("13000", "0")


@pytest.mark.parametrize("limit", ["max_daily_loss", "max_drawdown"])
def test_a_limit_of_losses_without_the_marks_it_counts_from_declines(limit: str) -> None:
    assert reason(limits={limit: "0.5"}) == "equity_marks_missing"


@pytest.mark.parametrize("losses", [0, 2, 3, 4])
def test_so_many_losses_in_a_row_cool_an_account_down(losses: int) -> None:
    streak = {"losses": losses, "last_loss_at": AT - SECOND}
    limits = {"max_consecutive_losses": 3, "cool_down_seconds": 60}
    assert reason(limits=limits, losing_streak=streak) == ("cooling_down" if losses >= 3 else "issued")


@pytest.mark.parametrize(
    ("since", "expected"),
    [(59 * SECOND, "cooling_down"), (60 * SECOND, "issued"), (61 * SECOND, "issued")],
)
def test_a_cool_down_ends_with_its_last_second(since: timedelta, expected: str) -> None:
    limits = {"max_consecutive_losses": 3, "cool_down_seconds": 60}
    assert reason(limits=limits, losing_streak={"losses": 3, "last_loss_at": AT - since}) == expected


def test_a_cool_down_without_known_closes_declines() -> None:
    limits = {"max_consecutive_losses": 3, "cool_down_seconds": 60}
    assert reason(limits=limits) == "losing_streak_missing"


def test_losses_never_keep_a_position_from_being_closed() -> None:
    lost = context(
        state={"equity": "1"},
        limits={
            "max_daily_loss": "0.01",
            "max_drawdown": "0.01",
            "max_consecutive_losses": 1,
            "cool_down_seconds": 60,
        },
        equity_marks=MARKS,
        losing_streak={"losses": 1, "last_loss_at": AT},
        exposures=[exposure(3)],
    )
    assert decide(closing_signal(), lost, AT).outcome == "issued"


def test_the_numbers_of_the_losses_are_recorded() -> None:
    lost = context(
        state={"equity": "9400"},
        limits={
            "max_daily_loss": "0.05",
            "max_drawdown": "0.5",
            "max_consecutive_losses": 3,
            "cool_down_seconds": 60,
        },
        equity_marks=MARKS,
        losing_streak={"losses": 2, "last_loss_at": "2026-01-05T13:00:00Z"},
    )
    decision = decide(signal(), lost, AT)
    expected = {
        "max_daily_loss": "0.05",
        "day_start_equity": "10000",
        "daily_loss": "600",
        "max_drawdown": "0.5",
        "high_water_equity": "12500",
        "drawdown": "3100",
        "max_consecutive_losses": 3,
        "consecutive_losses": 2,
        "cool_down_seconds": 60,
        "last_loss_at": "2026-01-05T13:00:00Z",
    }
    assert decision.reason == "max_daily_loss"
    assert {name: decision.numbers[name] for name in expected} == expected
