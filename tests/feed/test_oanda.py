"""What is OANDA's own: bid and ask, incomplete candles, nine digits of a second, days of New York."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.feed.providers.base import ProviderError
from tests.feed.conftest import URL, Bench, MakeBench
from tests.feed.exchange import Exchange
from tests.support.clock import T0

HOUR = timedelta(hours=1)
PATH = f"{URL}/v3/instruments/EUR_USD/candles"
# The shape of the example at https://developer.oanda.com/rest-live-v20/instrument-ep/ and in the package
# oandapyV20 (endpoints/responses/instruments.py), with bid and ask as asked for in place of mid.
DOCUMENTED: dict[str, Any] = {
    "instrument": "EUR_USD",
    "granularity": "M5",
    "candles": [
        {
            "volume": 132,
            "time": "2016-10-17T19:35:00.000000000Z",
            "complete": True,
            "bid": {"o": "1.09950", "h": "1.09966", "l": "1.09948", "c": "1.09960"},
            "ask": {"o": "1.09965", "h": "1.09981", "l": "1.09962", "c": "1.09974"},
        },
        {
            "volume": 20,
            "time": "2016-10-17T19:40:00.000000000Z",
            "complete": False,
            "bid": {"o": "1.09960", "h": "1.09961", "l": "1.09960", "c": "1.09961"},
            "ask": {"o": "1.09974", "h": "1.09975", "l": "1.09974", "c": "1.09975"},
        },
    ],
}
AFTER = datetime(2016, 10, 17, 19, 30, tzinfo=UTC)


@pytest.fixture
def bench(make_bench: MakeBench) -> Bench:
    return make_bench("oanda")


def test_the_documented_answer_is_read_but_for_what_is_not_complete(bench: Bench) -> None:
    bench.mock.get(PATH, json=DOCUMENTED)

    (bar,) = bench.asks().closed_bars("EURUSD", "M5", after=AFTER, until=AFTER + HOUR)

    assert bar.opened_at == datetime(2016, 10, 17, 19, 35, tzinfo=UTC)
    assert [str(each) for each in (bar.open, bar.high, bar.low, bar.close)] == [
        "1.0995",
        "1.09966",
        "1.09948",
        "1.0996",
    ]
    assert (bar.tick_volume, bar.spread_points) == (132, 14)


def test_a_request_says_all_that_an_answer_depends_on(bench: Bench) -> None:
    bench.serve(exchange := Exchange([T0 - HOUR], T0))

    list(bench.asks().closed_bars("EURUSD", "H1", after=T0 - 3 * HOUR, until=T0))

    assert exchange.asked == [
        f"{PATH}?granularity=H1&price=BA&dailyAlignment=17&alignmentTimezone=America%2FNew_York"
        "&from=2026-01-05T09%3A00%3A00Z&count=2&includeFirst=false"
    ]


@pytest.mark.parametrize(
    ("openings", "weekend"),
    [
        ([(5, 22), (8, 21), (9, 21)], "the clocks go forward on 8 March 2026"),
        ([(4, 22), (5, 22), (8, 21)], "the same, seen on the Monday"),
    ],
)
def test_days_over_the_weekend_on_which_the_clocks_change_come_each_once(
    bench: Bench, openings: list[tuple[int, int]], weekend: str
) -> None:
    days = [datetime(2026, 3, day, hour, tzinfo=UTC) for day, hour in openings]
    bench.serve(Exchange(days, days[-1] + 24 * HOUR, "D1"))

    bars = bench.asks(page_bars=2).closed_bars(
        "EURUSD", "D1", after=days[0] - 24 * HOUR, until=days[-1] + 24 * HOUR
    )

    assert [bar.opened_at for bar in bars] == days, weekend


def test_days_over_the_weekend_on_which_the_clocks_go_back_come_each_once(bench: Bench) -> None:
    days = [datetime(2026, month, day, hour, tzinfo=UTC) for month, day, hour in [(10, 29, 21), (11, 1, 22)]]
    bench.serve(Exchange(days, days[-1] + 25 * HOUR, "D1"))

    bars = bench.asks().closed_bars("EURUSD", "D1", after=days[0] - HOUR, until=days[-1] + 25 * HOUR)

    assert [bar.opened_at for bar in bars] == days


def test_pages_that_do_not_go_on_are_an_error_and_no_endless_loop(bench: Bench) -> None:
    bench.mock.get(PATH, json=DOCUMENTED | {"candles": DOCUMENTED["candles"][:1]})

    with pytest.raises(ProviderError, match="does not go on"):
        list(bench.asks(page_bars=1).closed_bars("EURUSD", "M5", after=AFTER, until=AFTER + HOUR))


@pytest.mark.parametrize("without", ["bid", "ask", "time", "complete", "volume"])
def test_a_candle_that_lacks_something_is_an_error(bench: Bench, without: str) -> None:
    candle = {name: value for name, value in DOCUMENTED["candles"][0].items() if name != without}
    bench.mock.get(PATH, json={"candles": [candle]})

    with pytest.raises(ProviderError) as caught:
        list(bench.asks().closed_bars("EURUSD", "M5", after=AFTER, until=AFTER + HOUR))
    assert caught.value.code == "provider_answer_invalid"
