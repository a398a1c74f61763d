"""What an account has lost lately: the day's loss, the drawdown, losses in a row. They stop opens only."""

from datetime import timedelta
from decimal import Decimal

from functions.director.rules.case import Case
from functions.director.sizing import share


def equity_marks_missing(case: Case) -> bool:
    """A limit counts from an equity of the past that is not known."""
    limited = (case.limits.max_daily_loss, case.limits.max_drawdown) != (None, None)
    return limited and case.context.equity_marks is None


def max_daily_loss(case: Case) -> bool:
    """The account has lost as much as it may since the day (UTC) began, open positions included."""
    limit, loss, start = case.limits.max_daily_loss, daily_loss(case), day_start_equity(case)
    return limit is not None and loss is not None and start is not None and loss >= share(limit, start)


def max_drawdown(case: Case) -> bool:
    """The account's equity has fallen as far below its highest as it may."""
    limit, fallen, high = case.limits.max_drawdown, drawdown(case), high_water_equity(case)
    return limit is not None and fallen is not None and high is not None and fallen >= share(limit, high)


def losing_streak_missing(case: Case) -> bool:
    """A cool-down is asked for, and it is not known how the last positions ended."""
    return case.limits.max_consecutive_losses is not None and case.context.losing_streak is None


def cooling_down(case: Case) -> bool:
    """So many positions in a row were closed at a loss that the account waits a while after the last."""
    limits, streak = case.limits, case.context.losing_streak
    if limits.max_consecutive_losses is None or limits.cool_down_seconds is None or streak is None:
        return False
    if streak.losses < limits.max_consecutive_losses or streak.last_loss_at is None:
        return False
    return case.at < streak.last_loss_at + timedelta(seconds=limits.cool_down_seconds)


def day_start_equity(case: Case) -> Decimal | None:
    """The equity the day began with; on a day without a report yet, the last one reported."""
    marks, state = case.context.equity_marks, case.context.state
    if marks is None or state is None:
        return None
    return marks.day_start_equity if marks.day >= case.at.date() else state.equity


def daily_loss(case: Case) -> Decimal | None:
    """What the account has lost since the day began, its currency; below zero if it has won."""
    start, state = day_start_equity(case), case.context.state
    return None if start is None or state is None else start - state.equity


def high_water_equity(case: Case) -> Decimal | None:
    """The highest equity reported, this report included."""
    marks, state = case.context.equity_marks, case.context.state
    return None if marks is None or state is None else max(marks.high_water_equity, state.equity)


def drawdown(case: Case) -> Decimal | None:
    """How far the equity is below its highest, the account's currency."""
    high, state = high_water_equity(case), case.context.state
    return None if high is None or state is None else high - state.equity
