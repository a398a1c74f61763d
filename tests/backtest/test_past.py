"""What limits ask of the past: equity at the beginning of the day and at its highest, losses in a row."""

from datetime import date, timedelta
from decimal import Decimal

from scripts.tools.backtest.engine.past import Marks, losing_streak
from tests.backtest.worlds import HOUR, T0, trade


def test_before_the_first_report_nothing_is_known() -> None:
    assert Marks().known() is None


def test_a_day_begins_with_what_was_reported_last_before_it() -> None:
    marks = Marks()
    for at, equity in ((T0, 100), (T0 + HOUR, 120), (T0 + 2 * HOUR, 90), (T0 + timedelta(days=2), 95)):
        marks.report(Decimal(equity), at)

    known = marks.known()

    assert known is not None
    assert known.day == date(2026, 1, 7)
    assert (known.day_start_equity, known.high_water_equity) == (Decimal(90), Decimal(120))


def test_a_bar_that_closes_at_midnight_closes_the_day() -> None:
    marks = Marks()
    midnight = T0.replace(hour=0) + timedelta(days=1)
    for days, equity in ((0, 100), (1, 80), (2, 90)):
        marks.report(Decimal(equity), midnight + timedelta(days=days))

    known = marks.known()

    # Of the third day, 2026-01-07, that began with what the second one ended with.
    assert known is not None
    assert (known.day, known.day_start_equity) == (date(2026, 1, 7), Decimal(80))


def test_on_the_first_day_it_is_the_first_report() -> None:
    marks = Marks()
    marks.report(Decimal(100), T0)
    marks.report(Decimal(90), T0 + HOUR)

    known = marks.known()

    assert known is not None
    assert (known.day_start_equity, known.high_water_equity) == (Decimal(100), Decimal(100))


def test_losses_in_a_row_are_counted_from_the_last_trade_back() -> None:
    streak = losing_streak([trade("-5"), trade("1"), trade("-5", hours=3), trade("-1", hours=4)], 9)

    assert (streak.losses, streak.last_loss_at) == (2, T0 + 4 * HOUR)


def test_a_trade_that_lost_nothing_ends_the_row() -> None:
    streak = losing_streak([trade("-5"), trade("0")], 9)

    assert (streak.losses, streak.last_loss_at) == (0, None)
    assert losing_streak([], 9).losses == 0


def test_no_more_losses_are_counted_than_asked_for() -> None:
    assert losing_streak([trade("-5")] * 5, 3).losses == 3
    assert losing_streak([trade("-5")] * 5, None).losses == 0


def test_what_only_the_opening_commission_made_a_loss_is_none() -> None:
    # Half a dollar of commission in all, a quarter of it for the close: 0.30 before the first quarter.
    assert losing_streak([trade("-0.20")], 1).losses == 0
    assert losing_streak([trade("-0.30")], 1).losses == 1
