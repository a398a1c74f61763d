"""What counts as lost: the marks of equity that losses are counted from, and closes in a row."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from functions.contract.scalars import timestamp_text
from tests.database.database import Database
from tests.database.directing import (
    facts,
    sync,
)
from tests.database.story import (
    Directive,
    change,
    event,
    opened,
    report,
)
from tests.support.clock import after


def closed(database: Database, name: str, at: datetime, **changes: Any) -> Directive:
    """A position that opened and was closed at that time by its stop."""
    made = opened(database, name)
    report(database, by_stop(made, name, **changes), at=at)
    return made


def by_stop(made: Directive, name: str, **changes: Any) -> dict[str, Any]:
    """The report of that close."""
    return event(made.id, "position_closed", name=name, reason="stop_loss", **changes)


@pytest.mark.parametrize("limit", ["max_daily_loss", "max_drawdown"])
def test_the_days_first_equity_is_the_last_of_the_day_before_and_the_highest_is_kept(
    database: Database, limit: str
) -> None:
    change(database, **{limit: "0.1"})
    for hours, equity in ((1, "11000"), (2, "9000"), (12, "9500"), (13, "9400")):
        sync(database, equity, after(hours=hours))

    # T0 is noon: the day ends after the sync with 9,000.
    assert facts(database)["equity_marks"] == {
        "day": "2026-01-06",
        "day_start_equity": "9000",
        "high_water_equity": "11000",
    }


def test_a_sync_held_up_on_its_way_marks_nothing(database: Database) -> None:
    change(database, max_drawdown="0.1")
    sync(database, "9000", after(minutes=2))
    sync(database, "20000", after(minutes=1))
    assert facts(database)["equity_marks"]["high_water_equity"] == "10000"


def test_marks_begin_anew_with_the_first_sync_after_an_operator_says_so(database: Database) -> None:
    sync(database, "9000", after(minutes=1))
    change(database, max_drawdown="0.1", equity_marks_since=timestamp_text(after(minutes=2)))
    before = "equity_marks" in facts(database)
    sync(database, "8000", after(minutes=3))
    sync(database, "8500", after(minutes=4))
    (waiting,) = database.call("director", "pending_signals", p_max_signals=10)["signals"]

    assert not before
    assert waiting["accounts"][0]["equity_marks"] == {
        "day": "2026-01-05",
        "day_start_equity": "8000",
        "high_water_equity": "8500",
    }


def test_what_is_paid_in_or_taken_out_moves_the_marks_so_that_it_hides_no_loss(database: Database) -> None:
    change(database, max_daily_loss="0.1", max_drawdown="0.1")
    sync(database, "8000", after(minutes=1))
    change(database, net_deposits="2500")
    # Until the next sync nobody knows whether it is there already.
    told = [facts(database).get("equity_marks")]
    for minutes, equity, paid in (
        (2, "8000", "2500"),
        (3, "10500", "2500"),
        (4, "6500", "2500"),
        (5, "6500", "-1500"),
    ):
        change(database, net_deposits=paid)
        sync(database, equity, after(minutes=minutes))
        (waiting,) = database.call("director", "pending_signals", p_max_signals=10)["signals"]
        told.append(waiting["accounts"][0]["equity_marks"])

    # 2,500 paid in, and then 4,000 taken out: 10,000 - 8,000 are lost all the while.
    expected = [None, "12500", "12500", "12500", "8500"]
    assert [one and one["day_start_equity"] for one in told] == expected
    assert [one and one["high_water_equity"] for one in told] == expected


def test_a_day_that_begins_with_a_payment_begins_with_what_there_was_and_the_payment(
    database: Database,
) -> None:
    change(database, max_daily_loss="0.1", net_deposits="500")
    sync(database, "9000", after(hours=1))
    change(database, net_deposits="1500")
    sync(database, "9900", after(hours=13))

    assert facts(database)["equity_marks"]["day_start_equity"] == "10000"


@pytest.mark.parametrize(
    ("last", "paid", "first", "loss"),
    [
        # 1,000 of 10,000 are lost between the days. 3,000 are taken out: before the last sync of the old day,
        # after it, after the first one of the new day.
        ("7000", "-3000", "6000", "1000"),
        ("10000", "-3000", "6000", "4000"),
        ("10000", "-3000", "9000", "1000"),
        # Or paid in.
        ("13000", "3000", "12000", "4000"),
        ("10000", "3000", "12000", "1000"),
        ("10000", "3000", "9000", "4000"),
    ],
)
def test_a_payment_told_between_two_days_hides_no_loss_whenever_it_was_made(
    database: Database, last: str, paid: str, first: str, loss: str
) -> None:
    change(database, max_daily_loss="0.1")
    sync(database, last, after(hours=11))
    change(database, net_deposits=paid)
    sync(database, first, after(hours=12))

    marks = facts(database)["equity_marks"]

    assert marks["day"] == "2026-01-06"
    assert Decimal(marks["day_start_equity"]) - Decimal(first) == Decimal(loss)


@pytest.mark.parametrize(
    ("results", "losses"),
    [
        ([], 0),
        ([{"profit": "-5"}], 1),
        ([{"profit": "-5"}, {"profit": "5"}], 0),
        ([{"profit": "5"}, {"profit": "-5"}, {"profit": "-1"}], 2),
        ([{"profit": "1", "swap": "-0.5", "commission": "-0.6"}], 1),
        ([{"profit": "1", "swap": "-0.5", "commission": "-0.5"}], 0),
        ([{"profit": "-1"}] * 5, 3),
    ],
)
def test_losses_in_a_row_are_counted_from_the_newest_close(
    database: Database, results: list[dict[str, Any]], losses: int
) -> None:
    for number, result in enumerate(results):
        closed(database, f"position {number}", after(minutes=number + 1), **result)
    # Only now: with the limit nothing would be opened after the third loss.
    change(database, max_consecutive_losses=3, cool_down_seconds=60)

    streak = facts(database)["losing_streak"]

    last = timestamp_text(after(minutes=len(results))) if losses else None
    assert (streak["losses"], streak.get("last_loss_at")) == (losses, last)


@pytest.mark.parametrize(
    "first", ["00000000-0000-4000-8000-000000000001", "ffffffff-0000-4000-8000-000000000001"]
)
def test_closes_that_are_reported_together_count_in_the_order_in_which_they_happened(
    database: Database, first: str
) -> None:
    change(database, max_consecutive_losses=2, cool_down_seconds=60)
    made = [opened(database, f"position {number}") for number in range(3)]
    reports = [
        by_stop(one, "together", profit=profit, occurred_at=timestamp_text(after(minutes=number)))
        for number, (one, profit) in enumerate(zip(made, ("50", "-50", "-50"), strict=True))
    ]
    report(database, *reversed(reports[1:]), reports[0] | {"event_id": first}, at=after(minutes=40))

    streak = facts(database)["losing_streak"]

    assert streak == {"losses": 2, "last_loss_at": timestamp_text(after(minutes=40))}


def test_closes_reported_together_count_in_their_order_though_all_are_stamped_ahead(
    database: Database,
) -> None:
    change(database, max_consecutive_losses=2, cool_down_seconds=60)
    made = [opened(database, f"position {number}") for number in range(3)]
    reports = [
        by_stop(
            one, "ahead", profit=profit, deal_ticket=deal, occurred_at=timestamp_text(after(minutes=number))
        )
        # Brokers need not number their deals in order.
        for number, (one, profit, deal) in enumerate(
            zip(made, ("50", "-5", "-5"), ("13", "12", "11"), strict=True)
        )
    ]
    report(database, *reports, at=after(minutes=-1))

    assert facts(database)["losing_streak"]["losses"] == 2


def test_a_win_of_long_ago_that_is_reported_late_ends_no_streak(database: Database) -> None:
    change(database, max_consecutive_losses=2, cool_down_seconds=60)
    late = opened(database, "late")
    for number in (1, 2):
        occurred_at = timestamp_text(after(minutes=number))
        closed(database, f"loss {number}", after(minutes=number), profit="-5", occurred_at=occurred_at)
    report(database, by_stop(late, "late", profit="5"), at=after(minutes=9))

    streak = facts(database)["losing_streak"]

    assert streak == {"losses": 2, "last_loss_at": timestamp_text(after(minutes=2))}


def test_a_win_that_is_stamped_ahead_of_the_ledgers_clock_hides_no_later_loss(database: Database) -> None:
    change(database, max_consecutive_losses=2, cool_down_seconds=60)
    made = [opened(database, f"position {number}") for number in range(3)]
    # The broker changed its clock by an hour, and the terminal notices after the first close.
    for number, (one, profit, ahead) in enumerate(zip(made, ("50", "-5", "-5"), (60, 0, 0), strict=True)):
        occurred_at = timestamp_text(after(minutes=number + ahead))
        told = by_stop(one, "ahead", profit=profit, occurred_at=occurred_at)
        report(database, told, at=after(minutes=number))

    streak = facts(database)["losing_streak"]

    assert streak == {"losses": 2, "last_loss_at": timestamp_text(after(minutes=2))}


@pytest.mark.parametrize("tickets", [("9", "10"), ("10", "9")])
def test_closes_of_one_moment_count_in_the_order_of_their_deals(
    database: Database, tickets: tuple[str, str]
) -> None:
    change(database, max_consecutive_losses=1, cool_down_seconds=60)
    made = [opened(database, f"position {number}") for number in range(2)]
    results = zip(made, tickets, ("5", "-5"), strict=True)
    report(database, *(by_stop(one, "both", deal_ticket=deal, profit=made_) for one, deal, made_ in results))

    assert facts(database)["losing_streak"]["losses"] == (1 if tickets == ("9", "10") else 0)


def test_a_corrected_close_and_one_reported_twice_count_once(database: Database) -> None:
    change(database, max_consecutive_losses=9, cool_down_seconds=60)
    corrected = closed(database, "corrected", after(minutes=1), profit="5", deal_ticket="11")
    wrong = by_stop(corrected, "corrected")["event_id"]
    right = by_stop(corrected, "right", profit="-5", deal_ticket="11", references_event_id=wrong)
    report(database, right, at=after(minutes=2))
    twice = closed(database, "twice", after(minutes=3), profit="-5", deal_ticket="12")
    report(database, by_stop(twice, "again", profit="-5", deal_ticket="12"), at=after(minutes=4))

    assert facts(database)["losing_streak"]["losses"] == 2
