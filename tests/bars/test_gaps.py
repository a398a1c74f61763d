"""Gaps are what the calendar expects and nobody stored: no weekend, whichever way its clocks turn."""

from datetime import UTC, datetime, timedelta

import pytest

from functions.market.sessions import expected_opens
from scripts.tools.bars.gaps import Gap, find_gaps

HOUR = timedelta(hours=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("closes", "opens"),
    [
        ("2026-01-09T22:00", "2026-01-11T22:00"),
        ("2026-03-06T22:00", "2026-03-08T21:00"),
        ("2026-10-30T21:00", "2026-11-01T22:00"),
    ],
)
def test_a_weekend_is_no_gap_and_the_hours_beside_it_are(closes: str, opens: str) -> None:
    begin, until = utc(closes) - 5 * HOUR, utc(opens) + 5 * HOUR
    whole = list(expected_opens("forex", "H1", begin, until))
    assert len(whole) == 10
    assert find_gaps(whole, "H1", "forex", begin, until) == []

    last, first = utc(closes) - HOUR, utc(opens)
    without = [each for each in whole if each not in {last, first}]
    assert find_gaps(without, "H1", "forex", begin, until) == [Gap(last, first, 2, touches_weekend=True)]


def test_a_gap_in_the_week_touches_no_weekend() -> None:
    begin = utc("2026-01-06T00:00")
    opens = [begin + hour * HOUR for hour in (0, 1, 4, 5)]
    assert find_gaps(opens, "H1", "forex", begin, begin + 6 * HOUR) == [
        Gap(begin + 2 * HOUR, begin + 3 * HOUR, 2, touches_weekend=False)
    ]


def test_a_day_of_a_broker_s_clock_is_still_that_day_when_its_clock_has_turned() -> None:
    begin = utc("2026-03-03T22:00")
    days = [begin + timedelta(days=day) for day in range(3)]
    days += [utc("2026-03-08T21:00") + timedelta(days=day) for day in range(3)]
    until = utc("2026-03-11T20:00")
    assert find_gaps(days, "D1", "forex", begin, until) == []
    assert [gap.count for gap in find_gaps(days[:3] + days[4:], "D1", "forex", begin, until)] == [1]
