"""What every provider does, whichever it is: closed bars, each once, and errors with stable codes."""

import json
import logging
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
import responses
from hypothesis import given
from hypothesis import strategies as st

from functions.contract.bar import Bar
from functions.contract.problems import catalogue
from functions.feed.providers.base import PAGE_BARS, ErrorCode, ProviderError
from tests.feed.conftest import KEY, PROVIDERS, Bench, Time
from tests.feed.exchange import Exchange, Reply, close_price, error
from tests.support.clock import T0

HOUR = timedelta(hours=1)


def hours(count: int, last: datetime = T0) -> list[datetime]:
    """The openings of so many hours in a row; the last one opens at `last`."""
    return [last - HOUR * back for back in reversed(range(count))]


def fetched(
    bench: Bench,
    after: datetime | None = None,
    until: datetime = T0,
    *,
    limit: int | None = None,
    page_bars: int = PAGE_BARS,
    seconds: float = 20.0,
) -> list[Bar]:
    provider = bench.asks(seconds=seconds, page_bars=page_bars)
    return list(provider.closed_bars("EURUSD", "H1", after=after, until=until, limit=limit))


def failure(bench: Bench, *refusals: Reply, seconds: float = 20.0) -> ProviderError:
    """The error of a question that is answered like this."""
    bench.serve(Exchange(hours(5), T0, refusals=list(refusals)))
    with pytest.raises(ProviderError) as caught:
        fetched(bench, after=T0 - 5 * HOUR, seconds=seconds)
    return caught.value


def test_bars_come_in_order_with_exact_prices(bench: Bench) -> None:
    bench.serve(Exchange(hours(4), T0))

    bars = fetched(bench, after=T0 - 4 * HOUR)

    assert [bar.opened_at for bar in bars] == [T0 - 3 * HOUR, T0 - 2 * HOUR, T0 - HOUR]
    assert bars[0].open == Decimal("1.0999")
    assert [bar.close for bar in bars] == [Decimal(close_price(bar.opened_at)) for bar in bars]
    assert {(bar.symbol, bar.timeframe) for bar in bars} == {("EURUSD", "H1")}


def test_a_bar_that_is_not_closed_is_never_given(bench: Bench) -> None:
    now = T0 + timedelta(minutes=59, seconds=59)
    bench.serve(Exchange(hours(3), now))

    assert [bar.opened_at for bar in fetched(bench, T0 - 3 * HOUR, now)] == [T0 - 2 * HOUR, T0 - HOUR]


def test_a_past_that_is_asked_for_ends_there_though_more_has_closed_since(bench: Bench) -> None:
    bench.serve(Exchange(hours(10), T0))

    newest = fetched(bench, None, T0 - 4 * HOUR, limit=3)
    since = fetched(bench, T0 - 8 * HOUR, T0 - 4 * HOUR)

    assert [bar.opened_at for bar in newest] == [T0 - 7 * HOUR, T0 - 6 * HOUR, T0 - 5 * HOUR]
    assert since == newest


def test_the_newest_bars_are_counted_over_a_weekend(bench: Bench) -> None:
    friday = datetime(2026, 1, 2, 21, tzinfo=T0.tzinfo)
    bench.serve(Exchange(hours(5, friday) + hours(3), T0))

    bars = fetched(bench, limit=4)

    assert [bar.opened_at for bar in bars] == [friday - HOUR, friday, T0 - 2 * HOUR, T0 - HOUR]


def test_where_there_are_no_bars_there_is_no_error(bench: Bench) -> None:
    bench.serve(Exchange(hours(5, T0 - 50 * HOUR), T0))

    assert fetched(bench, after=T0 - 10 * HOUR) == []


def test_nothing_is_asked_where_nothing_can_have_closed(bench: Bench) -> None:
    bench.serve(exchange := Exchange(hours(5), T0))

    assert fetched(bench, after=T0 - HOUR, until=T0) == []
    assert exchange.asked == []


def test_who_stops_asks_for_no_more_pages(bench: Bench) -> None:
    bench.serve(exchange := Exchange(hours(50), T0))

    assert len(fetched(bench, T0 - 50 * HOUR, limit=5, page_bars=10)) == 5
    assert len(exchange.asked) == 1


@pytest.mark.parametrize("provider", PROVIDERS)
@given(data=st.data())
def test_whatever_the_pages_exactly_the_closed_bars_come_each_once(
    provider: str, data: st.DataObject
) -> None:
    offsets = data.draw(st.sets(st.integers(0, 80)), "hours with a candle")
    openings = sorted(T0 - HOUR * each for each in offsets)
    begin, end = sorted(data.draw(st.tuples(st.integers(0, 90), st.integers(0, 90)), "range"))
    minutes = timedelta(minutes=data.draw(st.integers(0, 59)))
    after, until = T0 - end * HOUR, T0 - begin * HOUR + minutes
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        bench = Bench(provider, Time(), mock)
        bench.serve(Exchange(openings, T0 + minutes, includes_end=data.draw(st.booleans())))
        bars = fetched(bench, after, until, page_bars=data.draw(st.integers(2, 30), "page"))
    expected = [each for each in openings if after < each <= until - HOUR]
    assert [bar.opened_at for bar in bars] == expected
    assert [bar.close for bar in bars] == [Decimal(close_price(each)) for each in expected]


def test_a_symbol_may_have_a_name_of_its_own(bench: Bench) -> None:
    bench.mock.get("https://provider.example/time_series", json={"status": "ok", "values": []})
    bench.mock.get("https://provider.example/v3/instruments/XAG_X/candles", json={"candles": []})

    provider = bench.asks()

    assert list(provider.closed_bars("SILVER", "H1", after=None, until=T0, limit=1)) == []
    assert "XAG_X" in str(bench.mock.calls[0].request.url)


def test_a_symbol_without_a_known_name_is_not_asked_for(bench: Bench) -> None:
    with pytest.raises(ProviderError, match="DISTORT_FEED_SYMBOLS") as caught:
        list(bench.asks().closed_bars("US500", "H1", after=None, until=T0, limit=1))

    assert caught.value.code == "provider_symbol_unknown"
    assert len(bench.mock.calls) == 0


@pytest.mark.parametrize(
    ("status", "message", "code"),
    [
        (401, "Insufficient authorization to perform request.", "provider_unauthorized"),
        (403, "The provided request was forbidden.", "provider_unauthorized"),
        (404, "There is no such instrument", "provider_symbol_unknown"),
        (400, "Invalid value specified for 'instrument' (symbol)", "provider_symbol_unknown"),
        (400, "Invalid value specified for 'granularity'", "provider_answer_invalid"),
        (302, "Elsewhere", "provider_answer_invalid"),
    ],
)
def test_an_error_that_will_not_pass_is_not_asked_for_again(
    bench: Bench, status: int, message: str, code: ErrorCode
) -> None:
    caught = failure(bench, error(bench.provider, status, message))

    assert caught.code == code
    assert code in catalogue()
    assert message in caught.detail
    assert bench.time.pauses == []


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_what_may_pass_is_asked_for_again_with_growing_pauses(bench: Bench, status: int) -> None:
    page = status, {"Content-Type": "text/html"}, "<h1>Bad gateway</h1>"
    bench.serve(Exchange(hours(2), T0, refusals=[page] * 3))

    assert len(fetched(bench, after=T0 - 2 * HOUR)) == 1
    assert bench.time.pauses == [0.5, 1.0, 2.0]


def test_patience_ends_before_its_time_is_over(bench: Bench) -> None:
    caught = failure(bench, *[error(bench.provider, 503, "Maintenance")] * 99, seconds=20)

    assert caught.code == "provider_unavailable"
    assert sum(bench.time.pauses) == pytest.approx(15.5)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7.0), ("Mon, 05 Jan 2026 12:00:09 GMT", 9.0), ("Mon, 05 Jan 2026 11:00:00 GMT", 0.5), ("0", 0.5)],
)
def test_a_quota_is_waited_for_as_long_as_the_provider_says(
    bench: Bench, header: str, seconds: float
) -> None:
    refused = error(bench.provider, 429, "Too many requests", Retry_After=header)
    bench.serve(Exchange(hours(2), T0, refusals=[refused]))

    assert len(fetched(bench, after=T0 - 2 * HOUR)) == 1
    assert bench.time.pauses == [seconds]


def test_a_quota_beyond_our_patience_is_said_at_once(bench: Bench) -> None:
    caught = failure(bench, error(bench.provider, 429, "Too many requests", Retry_After="21"), seconds=20)

    assert (caught.code, caught.retry_after_seconds) == ("provider_rate_limited", 21.0)
    assert bench.time.pauses == []


@pytest.mark.parametrize("header", ["soon", "-1", "", "1" * 40])
def test_a_pause_nobody_can_read_is_one_of_our_own(bench: Bench, header: str) -> None:
    refused = error(bench.provider, 503, "Maintenance", Retry_After=header)
    bench.serve(Exchange(hours(2), T0, refusals=[refused]))

    assert len(fetched(bench, after=T0 - 2 * HOUR)) == 1
    assert bench.time.pauses == [0.5]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html", "<h1>Log in to this network</h1>"),
        ("text/html", '{"status": "ok", "values": [], "candles": []}'),
        ("application/json", ""),
        ("application/json", '{"status": "ok", "values": [{"datetime": "2026-01-'),
        ("application/json", "[]"),
        ("application/json", "null"),
        ("application/json", "{}"),
        ("application/json", '{"status": "ok", "values": {}, "candles": {}}'),
        ("application/json", '{"status": "ok", "values": [1], "candles": [1]}'),
        ("application/json", '{"status": "ok", "values": [{}], "candles": [{}]}'),
        ("application/json", '{"status": "ok", "values": [], "candles": [], "more": NaN}'),
        ("application/json", "[" * 100_000),
    ],
)
def test_an_answer_that_is_none_of_the_provider_s_is_an_error(bench: Bench, kind: str, body: str) -> None:
    assert failure(bench, (200, {"Content-Type": kind}, body)).code == "provider_answer_invalid"


@pytest.mark.parametrize("price", ["-1.1", "NaN", "0", "1e5", "", "1.12345678901", None, True, [1], "\u0661"])
def test_a_price_that_is_none_is_an_error(bench: Bench, price: object) -> None:
    candle = {"o": "1", "h": "1.2", "l": price, "c": "1.1"}
    value = {"datetime": "2026-01-05 11:00:00", "open": "1", "high": "1.2", "low": price, "close": "1.1"}
    whole = {"time": "2026-01-05T11:00:00Z", "complete": True, "volume": 1, "bid": candle, "ask": candle}
    body = json.dumps({"status": "ok", "values": [value], "candles": [whole]})
    bench.serve(Exchange([], T0, refusals=[(200, {"Content-Type": "application/json"}, body)]))

    with pytest.raises(ProviderError) as caught:
        fetched(bench, T0 - 2 * HOUR)
    assert caught.value.code == "provider_answer_invalid"


def test_an_endless_answer_is_not_read_to_its_end(bench: Bench) -> None:
    body = '{"status": "ok", "values": [], "candles": [], "more": "' + "x" * 9_000_000 + '"}'

    caught = failure(bench, (200, {"Content-Type": "application/json"}, body))

    assert caught.code == "provider_answer_invalid"
    assert "longer than" in caught.detail


def test_the_key_stands_in_the_header_and_nowhere_else(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    bench.serve(exchange := Exchange(hours(2), T0))
    exchange.refusals.append(error(bench.provider, 403, f"The key {KEY} has no access"))

    with pytest.raises(ProviderError) as caught:
        fetched(bench, T0 - 2 * HOUR)

    scheme = "apikey" if bench.provider == "twelve_data" else "Bearer"
    assert exchange.authorizations == [f"{scheme} {KEY}"]
    assert KEY not in "".join([*exchange.asked, caplog.text, str(caught.value), caught.value.detail])
    assert "[redacted]" in caught.value.detail
