"""Spread, hours and news: each just below, at and above."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from functions.director.context import Session
from functions.director.decide import decide
from tests.director.cases import AT, closing_signal, context, exposure, signal

MICROSECOND = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)
# 2026-01-05 is a Monday.
OPENS = datetime(2026, 1, 5, 14, 0, tzinfo=UTC)
CLOSES = datetime(2026, 1, 5, 16, 30, tzinfo=UTC)


def reason(at: datetime = AT, symbol: str = "EURUSD", **account: Any) -> str:
    made = signal(symbol=symbol, created_at=at, expires_at=at + timedelta(hours=1))
    return decide(made, context(state={"reported_at": at}, **account), at).reason


@pytest.mark.parametrize(("spread", "expected"), [(11, "issued"), (12, "issued"), (13, "max_spread_points")])
def test_the_spread_may_be_as_wide_as_the_account_pays(spread: int, expected: str) -> None:
    assert reason(limits={"max_spread_points": 12}, spread_points=spread) == expected


def test_a_widest_spread_without_a_known_one_declines() -> None:
    assert reason(limits={"max_spread_points": 12}) == "spread_missing"


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (OPENS - MICROSECOND, "outside_session"),
        (OPENS, "issued"),
        (OPENS + MICROSECOND, "issued"),
        (CLOSES - MICROSECOND, "issued"),
        (CLOSES, "outside_session"),
        (CLOSES + MICROSECOND, "outside_session"),
        (OPENS + timedelta(days=1), "outside_session"),
        (OPENS + timedelta(days=7), "issued"),
    ],
)
def test_positions_are_opened_within_a_session_of_the_week(at: datetime, expected: str) -> None:
    sessions = [
        {"day": "sun", "opens": "22:00", "closes": "24:00"},
        {"day": "mon", "opens": "14:00", "closes": "16:30"},
    ]
    assert reason(at, limits={"sessions": sessions}) == expected


def test_a_session_may_last_until_the_end_of_its_day() -> None:
    sunday = datetime(2026, 1, 4, 23, 59, 59, 999_999, tzinfo=UTC)
    sessions = [{"day": "sun", "opens": "22:00", "closes": "24:00"}]
    assert reason(sunday, limits={"sessions": sessions}) == "issued"
    assert reason(sunday + MICROSECOND, limits={"sessions": sessions}) == "outside_session"


@pytest.mark.parametrize(
    "session",
    [
        {"day": "mon", "opens": "16:00", "closes": "16:00"},
        {"day": "mon", "opens": "22:00", "closes": "02:00"},
        {"day": "mon", "opens": "24:00", "closes": "24:00"},
        {"day": "monday", "opens": "14:00", "closes": "16:00"},
        {"day": "mon", "opens": "7:00", "closes": "16:00"},
    ],
)
def test_a_session_that_no_clock_has_is_refused(session: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Session.model_validate(session)


def news(currency: str, starts_at: datetime, ends_at: datetime, label: str = "rates") -> dict[str, Any]:
    return {"currency": currency, "starts_at": starts_at, "ends_at": ends_at, "label": label}


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        (-MINUTE, -MICROSECOND, "issued"),
        (-MINUTE, timedelta(0), "issued"),
        (-MINUTE, MICROSECOND, "news_window"),
        (-MICROSECOND, MINUTE, "news_window"),
        (timedelta(0), MINUTE, "news_window"),
        (MICROSECOND, MINUTE, "issued"),
    ],
)
def test_nothing_is_opened_while_there_is_news(starts: timedelta, ends: timedelta, expected: str) -> None:
    assert reason(news_windows=[news("EUR", AT + starts, AT + ends)]) == expected


@pytest.mark.parametrize(
    ("symbol", "currency", "expected"),
    [
        ("EURUSD", "USD", "news_window"),
        ("EURUSD", "JPY", "issued"),
        ("US500", "US500", "news_window"),
        ("US500", "USD", "issued"),
    ],
)
def test_news_are_about_both_currencies_of_a_pair_or_a_symbol(
    symbol: str, currency: str, expected: str
) -> None:
    windows = [news(currency, AT - MINUTE, AT + MINUTE)]
    assert reason(symbol=symbol, news_windows=windows) == expected


def test_the_numbers_of_the_market_are_recorded() -> None:
    windows = [news("USD", AT - MINUTE, AT + 2 * MINUTE), news("EUR", AT - MINUTE, AT + MINUTE, "ECB")]
    market = context(limits={"max_spread_points": 12}, spread_points=7, news_windows=windows)
    numbers = decide(signal(), market, AT).numbers
    names = ("max_spread_points", "spread_points", "news_currency", "news_label")
    assert [numbers[name] for name in names] == [12, 7, "EUR", "ECB"]


def test_nothing_about_the_market_keeps_a_position_from_being_closed() -> None:
    closed = context(
        limits={
            "max_spread_points": 0,
            "sessions": [{"day": "tue", "opens": "00:00", "closes": "00:01"}],
        },
        spread_points=500,
        news_windows=[news("EUR", AT - MINUTE, AT + MINUTE)],
        exposures=[exposure(3)],
    )
    assert decide(closing_signal(), closed, AT).outcome == "issued"
