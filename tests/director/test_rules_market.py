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
        ("us500", "US500", "news_window"),
        ("EUR_USD", "USD", "news_window"),
        ("US500", "USD", "issued"),
    ],
)
def test_news_are_about_both_currencies_of_a_pair_or_a_symbol(
    symbol: str, currency: str, expected: str
) -> None:
    windows = [news(currency, AT - MINUTE, AT + MINUTE)]
    assert reason(symbol=symbol, news_windows=windows) == expected


def expiry(**account: Any) -> datetime:
    """Until when an open that is decided at AT, and could wait an hour, may be taken."""
    made = signal(expires_at=AT + timedelta(hours=9))
    limits = {"directive_ttl_seconds": 3_600} | account.pop("limits", {})
    expires_at = decide(made, context(limits=limits, **account), AT).directives[-1].expires_at
    assert expires_at is not None
    return expires_at


@pytest.mark.parametrize(
    ("sessions", "ends"),
    [
        (["mon 07:00-14:01"], "14:01"),
        (["mon 07:00-14:01", "mon 14:02-16:00"], "14:01"),
        (["mon 07:00-14:01", "tue 14:00-16:00"], "14:01"),
        # Windows that overlap, or follow each other at once, are one.
        (["mon 14:01-14:30", "mon 07:00-14:01"], "14:30"),
        (["mon 07:00-14:20", "mon 13:00-14:40"], "14:40"),
        (["mon 07:00-15:01"], "15:00:05"),
    ],
)
def test_no_directive_to_open_outlives_the_session(sessions: list[str], ends: str) -> None:
    windows = [{"day": one[:3], "opens": one[4:9], "closes": one[10:]} for one in sessions]
    assert expiry(limits={"sessions": windows}) == datetime.fromisoformat(f"2026-01-05T{ends}+00:00")


def test_a_session_goes_on_over_midnight() -> None:
    late = datetime(2026, 1, 5, 23, 59, tzinfo=UTC)
    sessions = [
        {"day": "mon", "opens": "22:00", "closes": "24:00"},
        {"day": "tue", "opens": "00:00", "closes": "00:30"},
    ]
    made = signal(created_at=late, expires_at=late + timedelta(hours=9))
    limits = {"directive_ttl_seconds": 36_000, "sessions": sessions}
    (directive,) = decide(made, context(state={"reported_at": late}, limits=limits), late).directives
    assert directive.expires_at == datetime(2026, 1, 6, 0, 30, tzinfo=UTC)


def test_no_directive_to_open_outlives_the_beginning_of_news() -> None:
    coming = [
        news("JPY", AT + MINUTE, AT + 2 * MINUTE),
        news("USD", AT + 9 * MINUTE, AT + 99 * MINUTE),
        news("eur", AT + 5 * MINUTE, AT + 6 * MINUTE),
        news("EUR", AT - 9 * MINUTE, AT - MINUTE),
    ]
    assert expiry(news_windows=coming) == AT + 5 * MINUTE
    assert expiry(news_windows=coming[:1]) == AT + timedelta(hours=1)


def test_the_numbers_of_the_market_are_recorded() -> None:
    windows = [news("USD", AT - MINUTE, AT + 2 * MINUTE), news("EUR", AT - MINUTE, AT + MINUTE, "ECB")]
    market = context(limits={"max_spread_points": 12}, spread_points=7, news_windows=windows)
    numbers = decide(signal(), market, AT).numbers
    names = ("max_spread_points", "spread_points", "news_currency", "news_label")
    assert [numbers[name] for name in names] == [12, 7, "EUR", "ECB"]


def test_the_windows_of_the_day_are_recorded_and_never_more_than_a_text_holds() -> None:
    made = [
        {"day": "mon", "opens": "17:00", "closes": "24:00"},
        {"day": "mon", "opens": "07:00", "closes": "09:00"},
    ]
    tuesday = [{"day": "tue", "opens": "07:00", "closes": "09:00"}]
    many = [
        {"day": "mon", "opens": f"{hour:02}:{end}0", "closes": f"{hour:02}:{end}5"}
        for hour in range(9)
        for end in range(6)
    ]

    def recorded(sessions: list[dict[str, str]]) -> object:
        return decide(signal(), context(limits={"sessions": sessions}), AT).numbers["sessions_of_day"]

    assert recorded(made + tuesday) == "mon 07:00-09:00 17:00-24:00"
    assert recorded(tuesday) == "mon"
    assert len(str(recorded(many))) == 500


def test_the_leverage_and_the_margin_are_always_recorded() -> None:
    numbers = decide(signal(), context(), AT).numbers
    assert (numbers["leverage"], numbers["margin"]) == (100, "0")


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
