"""What is Twelve Data's own: errors on the status 200, credits per minute, days by their date."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from functions.feed.providers.base import ProviderError
from tests.feed.conftest import URL, Bench, MakeBench
from tests.feed.exchange import Exchange, error
from tests.support.clock import T0

HOUR = timedelta(hours=1)
# From the example of /time_series in Twelve Data's documentation, https://twelvedata.com/docs#time-series:
# there a share's; the numbers are as they stand there.
DOCUMENTED = """{
  "meta": {"symbol": "AAPL", "interval": "1min", "currency": "USD", "exchange_timezone": "America/New_York",
           "exchange": "NASDAQ", "mic_code": "XNAS", "type": "Common Stock"},
  "values": [{"datetime": "2021-09-16 15:59:00", "open": "148.73500", "high": "148.86000",
              "low": "148.73000", "close": "148.85001", "volume": "624277"}],
  "status": "ok"
}"""


@pytest.fixture
def bench(make_bench: MakeBench) -> Bench:
    return make_bench("twelve_data")


def test_the_documented_answer_is_read(bench: Bench) -> None:
    bench.mock.get(f"{URL}/time_series", body=DOCUMENTED, content_type="application/json")

    (bar,) = bench.asks().closed_bars(
        "EURUSD", "M1", after=None, until=datetime(2021, 9, 16, 16, tzinfo=UTC), limit=1
    )

    assert bar.opened_at == datetime(2021, 9, 16, 15, 59, tzinfo=UTC)
    assert (bar.open, bar.high, bar.low, bar.close) == (
        Decimal("148.735"),
        Decimal("148.86"),
        Decimal("148.73"),
        Decimal("148.85001"),
    )
    assert (bar.tick_volume, bar.spread_points) == (0, 0)


def test_a_number_is_taken_to_its_last_digit(bench: Bench) -> None:
    body = DOCUMENTED.replace('"148.85001"', "148.8500100001")
    bench.mock.get(f"{URL}/time_series", body=body, content_type="application/json")

    (bar,) = bench.asks().closed_bars(
        "EURUSD", "M1", after=None, until=datetime(2021, 9, 16, 16, tzinfo=UTC), limit=1
    )

    assert str(bar.close) == "148.8500100001"


def test_an_error_counts_though_the_status_says_success(bench: Bench) -> None:
    message = "**apikey** parameter is incorrect or not specified."
    bench.serve(Exchange([], T0, refusals=[error("twelve_data", 401, message, on_200=True)]))

    with pytest.raises(ProviderError) as caught:
        list(bench.asks().closed_bars("EURUSD", "H1", after=T0 - 2 * HOUR, until=T0))
    assert caught.value.code == "provider_unauthorized"


def test_credits_that_are_used_up_are_waited_for_until_the_minute_ends(bench: Bench) -> None:
    message = "You have run out of API credits for the current minute. 9 API credits were used, with the"
    bench.time.begins = T0 + timedelta(seconds=25)
    refused = error("twelve_data", 429, f"{message} current limit being 8.", on_200=True)
    bench.serve(Exchange([T0 - HOUR], T0, refusals=[refused]))

    bars = list(bench.asks(seconds=60).closed_bars("EURUSD", "H1", after=T0 - 2 * HOUR, until=T0))

    assert len(bars) == 1
    assert bench.time.pauses == [35.0]


def test_a_day_begins_at_midnight_of_its_date(bench: Bench) -> None:
    days = [datetime(2026, 3, day, tzinfo=UTC) for day in (5, 6, 9, 10, 11)]
    bench.serve(exchange := Exchange(days, days[-1] + 23 * HOUR, "D1"))

    bars = bench.asks().closed_bars("EURUSD", "D1", after=days[0], until=exchange.now)

    assert [bar.opened_at for bar in bars] == days[1:4]


def test_a_request_says_all_that_an_answer_depends_on(bench: Bench) -> None:
    bench.serve(exchange := Exchange([T0 - HOUR], T0))

    list(bench.asks().closed_bars("EURUSD", "H1", after=None, until=T0, limit=7))

    assert exchange.asked == [
        f"{URL}/time_series?symbol=EUR%2FUSD&interval=1h&timezone=UTC&order=asc"
        "&end_date=2026-01-05T11%3A00%3A01&outputsize=7"
    ]


def test_an_answer_in_any_order_is_put_in_order(bench: Bench) -> None:
    document = json.loads(DOCUMENTED)
    first = document["values"][0]
    document["values"] = [first, first | {"datetime": "2021-09-16 15:58:00"}, first]
    bench.mock.get(f"{URL}/time_series", json=document)

    bars = bench.asks().closed_bars(
        "EURUSD", "M1", after=None, until=datetime(2021, 9, 16, 16, tzinfo=UTC), limit=3
    )

    assert [bar.opened_at.minute for bar in bars] == [58, 59]
