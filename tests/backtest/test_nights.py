"""Which nights are charged: midnights of the broker's server, weekends on Wednesday."""

from datetime import UTC, datetime, timedelta

import pytest

from scripts.tools.backtest.engine.nights import nights

MONDAY = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "expected"), [(0, 0), (1, 1), (2, 2), (3, 5), (4, 6), (5, 7), (6, 7), (7, 7), (14, 14)]
)
def test_a_week_from_monday_noon(days: int, expected: int) -> None:
    assert nights(MONDAY, MONDAY + timedelta(days=days), 0) == expected


def test_the_night_is_at_the_servers_midnight() -> None:
    before, after = MONDAY.replace(hour=21, minute=59), MONDAY.replace(hour=22)

    assert nights(before, after, 7_200) == 1
    assert nights(before, after, 0) == 0
    assert nights(after, after + timedelta(hours=3), 7_200) == 0
