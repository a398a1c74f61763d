"""Twelve Data: GET /time_series (https://twelvedata.com/docs#time-series)."""

import itertools
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from functions.contract.bar import Bar
from functions.contract.scalars import Timeframe
from functions.feed.providers.base import PAGE_BARS, ProviderError, each_closed_once, length
from functions.feed.providers.http import Document, Http, HttpAnswer, error_by_status, invalid
from functions.feed.providers.symbols import provider_symbol
from functions.feed.providers.values import bar, members

URL: Final = "https://api.twelvedata.com"
SCHEME: Final = "apikey"

_INTERVALS: Final[Mapping[Timeframe, str]] = {
    "M1": "1min",
    "M5": "5min",
    "M15": "15min",
    "M30": "30min",
    "H1": "1h",
    "H4": "4h",
    "D1": "1day",
}
_MOMENT = timedelta(seconds=1)


class TwelveData:
    """Bars of Twelve Data.

    Its prices of currency pairs are its own composite, neither bid nor ask, without spread and tick count:
    those are stored as 0. Where an instrument has a volume it is a number of shares or coins, not of ticks.
    A day is named by its date alone, which is stored as its opening at 00:00 UTC: not before it began.
    """

    name = "twelve_data"

    def __init__(self, http: Http, symbols: Mapping[str, str], *, page_bars: int = PAGE_BARS) -> None:
        self._http = http
        self._symbols = symbols
        self._page_bars = page_bars

    def closed_bars(
        self,
        symbol: str,
        timeframe: Timeframe,
        *,
        after: datetime | None,
        until: datetime,
        limit: int | None = None,
    ) -> Iterator[Bar]:
        """See BarProvider."""
        # Just behind the last opening that counts: right whether or not the end itself is included.
        end = until - length(timeframe) + _MOMENT
        pages = (
            self._newest(symbol, timeframe, end, limit)
            if after is None
            else self._since(symbol, timeframe, after, end)
        )
        return itertools.islice(each_closed_once(pages, after, until), limit)

    def _newest(self, symbol: str, timeframe: Timeframe, end: datetime, limit: int | None) -> Iterator[Bar]:
        if limit is None or not 0 < limit <= self._page_bars:
            raise ValueError(f"the newest 1 to {self._page_bars} bars can be asked for, not {limit}")
        found = self._bars(symbol, timeframe, {"end_date": _text(end), "outputsize": str(limit)})
        yield from found[-limit:]

    def _since(self, symbol: str, timeframe: Timeframe, after: datetime, end: datetime) -> Iterator[Bar]:
        # What does not fit into an answer is cut off at its older end: so each asks for a stretch that fits,
        # its two ends included. They overlap by a moment, or a bar at the edge could fall between them.
        stretch = length(timeframe) * (self._page_bars - 1)
        start = after
        while start < end - _MOMENT:
            stop = min(start + stretch, end)
            span = {"start_date": _text(start), "end_date": _text(stop), "outputsize": str(self._page_bars)}
            yield from self._bars(symbol, timeframe, span)
            if stop == end:
                return
            start = stop - _MOMENT

    def _bars(self, symbol: str, timeframe: Timeframe, span: Mapping[str, str]) -> list[Bar]:
        parameters = {
            "symbol": provider_symbol(symbol, "/", self._symbols),
            "interval": _INTERVALS[timeframe],
            "timezone": "UTC",
            "order": "asc",
            **span,
        }
        document = self._http.get("/time_series", parameters, self._error_of)
        if _is_empty(document):
            return []
        found = [_bar(symbol, timeframe, value) for value in members(document, "values")]
        return sorted(found, key=lambda each: each.opened_at)

    def _error_of(self, answer: HttpAnswer) -> ProviderError | None:
        document = answer.document
        if document is None or document.get("status") != "error":
            return error_by_status(answer, f"Twelve Data answered with status {answer.status}.")
        if _is_empty(document):
            return None
        # The code in the body is the one that counts; the status may be 200 all the same.
        code, message = document.get("code"), self._http.quoted(document.get("message"))
        status = code if isinstance(code, int) and code != 200 else answer.status
        detail = f"Twelve Data answered with code {self._http.quoted(code)}: {message}"
        if status == 404 or (status == 400 and "symbol" in message.lower()):
            return ProviderError("provider_symbol_unknown", detail)
        if status == 429:
            return ProviderError("provider_rate_limited", detail, retry_after_seconds=self._wait(answer))
        return error_by_status(HttpAnswer(status, None, answer.retry_after_seconds), detail) or invalid(
            "is an error"
        )

    def _wait(self, answer: HttpAnswer) -> float:
        """Until the provider says, else until the minute ends: with it, credits begin anew."""
        if answer.retry_after_seconds is not None:
            return answer.retry_after_seconds
        return 60.0 - self._http.clocks.now().second


def _is_empty(document: Document) -> bool:
    """Whether it says that there are no bars: a weekend is an error to Twelve Data."""
    message = str(document.get("message"))
    return document.get("status") == "error" and message.startswith("No data is available on the specified")


def _bar(symbol: str, timeframe: Timeframe, value: Mapping[str, object]) -> Bar:
    prices = value.get("open"), value.get("high"), value.get("low"), value.get("close")
    return bar(symbol, timeframe, _opened_at(value.get("datetime")), prices)


def _opened_at(value: object) -> datetime:
    """`2021-09-16 15:59:00`, or of a day its date, in UTC as asked for."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is not None:
        raise invalid("has a bar without a time")
    return moment.replace(tzinfo=UTC)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
