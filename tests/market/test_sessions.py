"""The weekly calendars: what opens and closes when, on both sides of each change to daylight saving."""

from datetime import UTC, datetime, timedelta

import pytest

from functions.market.sessions import calendar_of, expected_opens, is_open, nothing_closed_since

SECOND = timedelta(seconds=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("symbol", "calendar"),
    [
        ("EURUSD", "forex"),
        ("USDJPY.r", "forex"),
        ("EURUSD#", "forex"),
        ("EUR_USD", "forex"),
        ("eurusd", "forex"),
        ("XAUUSD", "metals"),
        ("XAU_USD", "metals"),
        ("XAGEUR.m", "metals"),
        ("BTCUSD", "always"),
        ("GER40", "always"),
        ("EURUSDT", "always"),
        ("EUR", "always"),
    ],
)
def test_a_symbol_trades_by_what_it_is_of(symbol: str, calendar: str) -> None:
    assert calendar_of(symbol) == calendar


@pytest.mark.parametrize(
    ("closes", "opens"),
    [
        ("2026-01-09T22:00", "2026-01-11T22:00"),  # winter: New York is five hours behind
        ("2026-03-06T22:00", "2026-03-08T21:00"),  # the weekend in which summer time begins
        ("2026-07-10T21:00", "2026-07-12T21:00"),  # summer: four
        ("2026-10-30T21:00", "2026-11-01T22:00"),  # the weekend in which it ends
    ],
)
def test_the_week_of_forex_ends_and_begins_at_five_in_new_york(closes: str, opens: str) -> None:
    end, begin = utc(closes), utc(opens)
    assert is_open("forex", end - SECOND)
    assert not is_open("forex", end)
    assert not is_open("forex", begin - SECOND)
    assert is_open("forex", begin)
    assert list(expected_opens("forex", "H1", end - timedelta(hours=1), begin + timedelta(hours=1))) == [
        end - timedelta(hours=1),
        begin,
    ]


def test_metals_pause_for_an_hour_a_day() -> None:
    pause = utc("2026-01-06T22:00")
    assert is_open("metals", pause - SECOND)
    assert not is_open("metals", pause)
    assert not is_open("metals", pause + timedelta(hours=1) - SECOND)
    assert is_open("metals", pause + timedelta(hours=1))
    assert is_open("forex", pause)


def test_what_has_no_calendar_trades_at_weekends() -> None:
    saturday = utc("2026-01-10T00:00")
    assert len(list(expected_opens("always", "H1", saturday, saturday + timedelta(days=2)))) == 48


def test_a_long_bar_is_expected_if_any_of_it_trades() -> None:
    friday, monday = utc("2026-01-09T20:00"), utc("2026-01-12T00:00")
    assert list(expected_opens("forex", "H4", friday, monday)) == [friday, utc("2026-01-11T20:00")]


@pytest.mark.parametrize(
    ("at", "nothing"),
    [("2026-01-09T22:00", True), ("2026-01-11T22:59:59", True), ("2026-01-11T23:00", False)],
)
def test_over_a_weekend_nothing_closes_until_the_first_bar_of_the_week_has(at: str, nothing: bool) -> None:
    assert nothing_closed_since("EURUSD", "H1", utc("2026-01-09T21:00"), utc(at)) is nothing
