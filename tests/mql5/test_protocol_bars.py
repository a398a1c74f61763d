"""The simulator's protocol server keeps bars, and says which are wanted, as the real functions do."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.contract.scalars import timestamp_text
from tests.mql5.conversation import sync
from tests.mql5.twins import Document, Twins
from tests.support.clock import T0, after

OWN = "account:demo-1"


def bar(hours_ago: float = 1, **changes: Any) -> Document:
    """An H1 bar of EURUSD that opened so many hours before T0."""
    return {
        "symbol": "EURUSD",
        "timeframe": "H1",
        "opened_at": timestamp_text(T0 - timedelta(hours=hours_ago)),
        "open": "1.1",
        "high": "1.102",
        "low": "1.099",
        "close": "1.101",
        "tick_volume": 900,
        "spread_points": 3,
    } | changes


def store(twins: Twins, *bars: Document, at: datetime = T0, account_id: str = "demo-1") -> Document:
    """Send bars to both."""
    return twins.send("/bars", {"bars": list(bars)}, at=at, account_id=account_id)


def counts(answer: Document) -> tuple[int, int, list[int]]:
    """How many were new and known, and the versions of the others."""
    return answer["recorded"], answer["duplicates"], [item["version"] for item in answer["restated"]]


def test_bars_are_stored_once_however_their_prices_are_written(twins: Twins) -> None:
    assert counts(store(twins, bar(1), bar(2))) == (2, 0, [])
    assert counts(store(twins, bar(1, open="1.10"), bar(2, tick_volume=900.0), bar(3))) == (1, 2, [])
    assert counts(store(twins, bar(4), bar(4))) == (1, 1, [])


def test_other_numbers_are_the_next_version_and_any_version_is_known(twins: Twins) -> None:
    store(twins, bar(1), bar(2))
    corrected = bar(1, close="1.1005")
    assert counts(store(twins, bar(2, spread_points=4), corrected, bar(3))) == (1, 0, [2, 2])
    assert counts(store(twins, bar(1))) == (0, 1, [])
    again = store(twins, bar(1, high="1.103"), corrected, bar(1, high="1.104"), bar(1, high="1.103"))
    assert counts(again) == (0, 2, [3, 4])


def test_versions_of_one_request_are_told_in_order(twins: Twins) -> None:
    first = [
        bar(1, symbol=symbol, timeframe=length, opened_at=timestamp_text(T0 - timedelta(days=2)))
        for symbol in ("XAUUSD", "EURUSD")
        for length in ("M5", "M15", "D1")
    ]
    store(twins, *first)
    answer = store(twins, *(item | {"low": "1.09"} for item in first), bar(5), bar(5, low="1.09"))
    named = [(item["symbol"], item["timeframe"]) for item in answer["restated"]]
    of_euro, of_gold = ("D1", "H1", "M15", "M5"), ("D1", "M15", "M5")
    assert named == [("EURUSD", length) for length in of_euro] + [("XAUUSD", length) for length in of_gold]


@pytest.mark.parametrize(
    "wrong",
    [
        bar(1, high="1.0995"),
        bar(1, low="1.1005"),
        bar(1, opened_at="2026-01-05T10:00:30Z"),
        bar(0),
        bar(0.5),
        bar(1, timeframe="H4"),
        bar(23, timeframe="D1"),
        bar(-9),
    ],
)
def test_one_impossible_bar_refuses_the_request(twins: Twins, wrong: Document) -> None:
    assert store(twins, bar(2), wrong)["code"] in {"bar_inconsistent", "bar_not_closed"}
    assert counts(store(twins, bar(2))) == (1, 0, [])


def test_a_bar_is_closed_to_the_microsecond(twins: Twins) -> None:
    almost = T0 - timedelta(microseconds=1)
    assert store(twins, bar(1), at=almost)["code"] == "bar_not_closed"
    assert counts(store(twins, bar(1), at=T0)) == (1, 0, [])


@pytest.mark.parametrize(
    "message",
    [
        {"bars": []},
        {"bars": [bar(2)] * 501},
        {"bars": [bar(1, timeframe="M2")]},
        {"bars": [bar(1, open=1.1)]},
        {"bars": [bar(1, open="0")]},
        {"bars": [bar(1, tick_volume=-1)]},
        {"bars": [bar(1, opened_at="2026-01-05T11:00:00")]},
        {"bars": [bar(1, source="feed")]},
        {"bars": [bar(1)], "instance_id": "00000000-0000-4000-8000-000000000001"},
    ],
)
def test_what_is_no_message_of_bars_is_refused_the_same(twins: Twins, message: Document) -> None:
    assert twins.send("/bars", message, at=T0)["code"] == "request_invalid"


def test_a_bar_of_too_many_versions_refuses_the_request(twins: Twins) -> None:
    versions = [bar(1, tick_volume=number) for number in range(1000)]
    store(twins, *versions[:500])
    store(twins, *versions[500:])
    assert store(twins, bar(2), bar(1, tick_volume=1000))["code"] == "bar_restated_too_often"
    assert counts(store(twins, bar(2), versions[7])) == (1, 1, [])


def test_sync_says_which_bars_of_the_account_strategies_read(twins: Twins) -> None:
    assert sync(twins, T0)["wanted_bars"] == []
    twins.save_strategy("own", T0, bar_source=OWN, symbols=["XAUUSD", "EURUSD"], warm_up_bars=300)
    twins.save_strategy("longer", T0, bar_source=OWN, symbols=["EURUSD"], warm_up_bars=500)
    twins.save_strategy("daily", T0, bar_source=OWN, timeframe="D1", symbols=["EURUSD"], warm_up_bars=300)
    twins.save_strategy("other", T0, bar_source="account:demo-2", symbols=["GER40"], warm_up_bars=300)
    twins.save_strategy("off", T0, bar_source=OWN, symbols=["GER40"], warm_up_bars=300, enabled=False)
    store(twins, bar(3), bar(2), bar(26, timeframe="D1"))
    store(twins, bar(1), account_id="demo-2")
    store(twins, bar(2, close="1.1005"))
    assert sync(twins, after(seconds=1))["wanted_bars"] == [
        {"symbol": "EURUSD", "timeframe": "D1", "count": 300, "newest_opened_at": "2026-01-04T10:00:00Z"},
        {"symbol": "EURUSD", "timeframe": "H1", "count": 500, "newest_opened_at": "2026-01-05T10:00:00Z"},
        {"symbol": "XAUUSD", "timeframe": "H1", "count": 300, "newest_opened_at": None},
    ]
