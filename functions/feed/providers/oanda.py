"""OANDA v20: GET /v3/instruments/{instrument}/candles (https://developer.oanda.com/rest-live-v20)."""

import itertools
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, Literal
from urllib.parse import quote

from functions.contract.bar import Bar
from functions.contract.scalars import Timeframe
from functions.feed.providers.base import PAGE_BARS, ProviderError, each_closed_once, length
from functions.feed.providers.http import Http, HttpAnswer, error_by_status, invalid
from functions.feed.providers.symbols import provider_symbol
from functions.feed.providers.values import bar, members, price

Environment = Literal["practice", "live"]

URLS: Final[Mapping[Environment, str]] = {
    "practice": "https://api-fxpractice.oanda.com",
    "live": "https://api-fxtrade.oanda.com",
}
SCHEME: Final = "Bearer"

# The hour at which the forex week and every forex day turns; brokers whose servers chart five days a week
# turn there as well. A D1 candle opens at 21:00 or 22:00 UTC, an H4 candle every four hours from there.
_ALIGNMENT: Final = {"dailyAlignment": "17", "alignmentTimezone": "America/New_York"}
# Fractions of a second beyond what datetime holds: OANDA writes nine digits.
_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,6})?\d*Z")
_MOMENT = timedelta(seconds=1)


class Oanda:
    """Bid candles of OANDA, with the spread at their close.

    The spread is ask less bid in points, a point being the last decimal in which OANDA quotes the instrument.
    """

    name = "oanda"

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
        last = until - length(timeframe)
        pages = (
            self._newest(symbol, timeframe, last, limit)
            if after is None
            else self._since(symbol, timeframe, after, last)
        )
        return itertools.islice(each_closed_once(pages, after, until), limit)

    def _newest(self, symbol: str, timeframe: Timeframe, last: datetime, limit: int | None) -> Iterator[Bar]:
        if limit is None or not 0 < limit <= self._page_bars:
            raise ValueError(f"the newest 1 to {self._page_bars} bars can be asked for, not {limit}")
        # `to` stands just behind the last opening that counts, so never in the future, which OANDA refuses.
        candles = self._candles(symbol, timeframe, {"to": _text(last + _MOMENT), "count": str(limit)})
        yield from (_bar(symbol, timeframe, each) for each in candles if each["complete"])

    def _since(self, symbol: str, timeframe: Timeframe, after: datetime, last: datetime) -> Iterator[Bar]:
        while after < last:
            # No `to`: beside `count` it is refused, and without `count` an answer may not be cut off.
            count = min(self._page_bars, -(-(last - after) // length(timeframe)))
            page = {"from": _text(after), "count": str(count), "includeFirst": "false"}
            candles = self._candles(symbol, timeframe, page)
            yield from (_bar(symbol, timeframe, each) for each in candles if each["complete"])
            if len(candles) < count:
                return
            newest = _opened_at(candles[-1])
            if newest <= after:
                raise invalid("does not go on from where the last one ended")
            after = newest

    def _candles(self, symbol: str, timeframe: Timeframe, page: Mapping[str, str]) -> list[Mapping[str, Any]]:
        """The candles of one page, in order, each with a boolean `complete`."""
        instrument = provider_symbol(symbol, "_", self._symbols)
        parameters = {
            "granularity": "D" if timeframe == "D1" else timeframe,
            "price": "BA",
            **_ALIGNMENT,
            **page,
        }
        path = f"/v3/instruments/{quote(instrument, safe='')}/candles"
        candles = members(self._http.get(path, parameters, self._error_of), "candles")
        if any(not isinstance(each.get("complete"), bool) for each in candles):
            raise invalid("has a candle that does not say whether it is complete")
        return sorted(candles, key=_opened_at)

    def _error_of(self, answer: HttpAnswer) -> ProviderError | None:
        message = str((answer.document or {}).get("errorMessage", ""))
        detail = (
            f"OANDA answered with status {answer.status}: {self._http.quoted(message or 'no reason given')}"
        )
        # 400 for a name that is no instrument's, 404 for an instrument that the account may not see.
        if message and (answer.status == 404 or (answer.status == 400 and "'instrument'" in message)):
            return ProviderError("provider_symbol_unknown", detail)
        return error_by_status(answer, detail)


def _bar(symbol: str, timeframe: Timeframe, candle: Mapping[str, Any]) -> Bar:
    bid, ask = candle.get("bid"), candle.get("ask")
    if not isinstance(bid, Mapping) or not isinstance(ask, Mapping):
        raise invalid("has a candle without bid and ask")
    prices = bid.get("o"), bid.get("h"), bid.get("l"), bid.get("c")
    return bar(
        symbol,
        timeframe,
        _opened_at(candle),
        prices,
        tick_volume=candle.get("volume"),
        spread_points=_spread_points(map(price, prices), price(ask.get("c"))),
    )


def _spread_points(bids: Iterator[Decimal], ask: Decimal) -> int:
    *_, close = quoted = [*bids]
    decimals = max(-int(each.as_tuple().exponent) for each in [*quoted, ask])
    return max(0, int((ask - close).scaleb(decimals)))


def _opened_at(candle: Mapping[str, Any]) -> datetime:
    time = candle.get("time")
    found = _TIME.fullmatch(time) if isinstance(time, str) else None
    if found is None:
        raise invalid("has a candle without a time")
    try:
        return datetime.fromisoformat(f"{found[1]}{found[2] or ''}+00:00")
    except ValueError as error:
        raise invalid("has a candle without a time") from error


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
