"""A market that answers as the providers document it: the same candles in either one's format."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from functions.contract.bar import TIMEFRAME_SECONDS
from functions.contract.scalars import Timeframe

INTERVALS = {"1min": "M1", "5min": "M5", "15min": "M15", "30min": "M30", "1h": "H1", "4h": "H4", "1day": "D1"}
# As both providers word it: see the modules of the providers for where that is documented.
NO_DATA = "No data is available on the specified dates. Try setting different start/end dates."
UNKNOWN_TO_TWELVE_DATA = (
    "**symbol** or **figi** parameter is missing or invalid. Please provide a valid symbol according to"
    " API documentation: https://twelvedata.com/docs#reference-data"
)
UNKNOWN_TO_OANDA = "Invalid value specified for 'instrument'"

Reply = tuple[int, dict[str, str], str]


@dataclass
class Exchange:
    """Candles of one symbol and timeframe by their openings, as they look at `now`.

    includes_end: whether Twelve Data's end_date is itself included; the documentation does not say.
    asked: the paths and queries that came.
    refusals: answered first, one for each request.
    refuses_no: which of all requests is refused for its key.
    """

    openings: Sequence[datetime]
    now: datetime
    timeframe: Timeframe = "H1"
    includes_end: bool = True
    asked: list[str] = field(default_factory=list)
    authorizations: list[str | None] = field(default_factory=list)
    refusals: list[Reply] = field(default_factory=list)
    refuses_no: int | None = None

    def reply(self, url: str, authorization: str | None) -> Reply:
        """The answer to a GET."""
        self.asked.append(url)
        self.authorizations.append(authorization)
        if self.refusals:
            return self.refusals.pop(0)
        if len(self.asked) == self.refuses_no:
            return error("twelve_data", 401, "Revoked")
        parts = urlsplit(url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/time_series":
            return self._twelve_data(query)
        return self._oanda(parts.path.split("/")[3], query)

    def _twelve_data(self, query: dict[str, str]) -> Reply:
        if query["symbol"] != "EUR/USD":
            return _json({"code": 404, "message": UNKNOWN_TO_TWELVE_DATA, "status": "error"}, 404)
        assert INTERVALS[query["interval"]] == self.timeframe
        assert (query["timezone"], query["order"]) == ("UTC", "asc")
        start = _moment(query.get("start_date", "1970-01-01T00:00:00"))
        end = _moment(query["end_date"]) + timedelta(seconds=self.includes_end)
        size = int(query["outputsize"])
        assert 1 <= size <= 5000
        found = [each for each in self._begun() if start <= each < end][-size:]
        if not found:
            return _json({"code": 400, "message": NO_DATA, "status": "error"}, 400)
        meta = {"symbol": "EUR/USD", "interval": query["interval"], "type": "Physical Currency"}
        shape = "%Y-%m-%d" if self.timeframe == "D1" else "%Y-%m-%d %H:%M:%S"
        values = [{"datetime": each.strftime(shape), **_prices(each)} for each in found]
        return _json({"meta": meta, "values": values, "status": "ok"})

    def _oanda(self, instrument: str, query: dict[str, str]) -> Reply:
        if instrument != "EUR_USD":
            return _json({"errorMessage": UNKNOWN_TO_OANDA}, 400)
        assert query["granularity"] == {"D1": "D"}.get(self.timeframe, self.timeframe)
        assert (query["price"], query["alignmentTimezone"]) == ("BA", "America/New_York")
        count = int(query["count"])
        if not 1 <= count <= 5000:
            return _json({"errorMessage": "Maximum value for 'count' exceeded"}, 400)
        if "to" in query:
            assert "from" not in query
            to = _moment(query["to"])
            if to > self.now:
                return _json({"errorMessage": "Invalid value specified for 'to'. Time is in the future"}, 400)
            found = [each for each in self._begun() if each < to][-count:]
        else:
            first = _moment(query["from"])
            covered = first - self._length if query["includeFirst"] == "true" else first
            found = [each for each in self._begun() if each > covered][:count]
        candles = [self._candle(each) for each in found]
        return _json({"instrument": instrument, "granularity": query["granularity"], "candles": candles})

    def _candle(self, opened_at: datetime) -> dict[str, Any]:
        bid = _prices(opened_at)
        return {
            "complete": opened_at + self._length <= self.now,
            "volume": 132,
            "time": opened_at.strftime("%Y-%m-%dT%H:%M:%S.000000000Z"),
            "bid": {name[0]: value for name, value in bid.items()},
            "ask": {name[0]: f"{float(value) + 0.00013:.5f}" for name, value in bid.items()},
        }

    def _begun(self) -> Iterable[datetime]:
        return [each for each in self.openings if each <= self.now]

    @property
    def _length(self) -> timedelta:
        return timedelta(seconds=TIMEFRAME_SECONDS[self.timeframe])


def error(provider: str, status: int, message: str, *, on_200: bool = False, **headers: str) -> Reply:
    """An error as the provider writes it; Twelve Data sends some with the status 200."""
    if provider == "oanda":
        return _json({"errorMessage": message}, status, **headers)
    body = {"code": status, "message": message, "status": "error"}
    return _json(body, 200 if on_200 else status, **headers)


def close_price(opened_at: datetime) -> str:
    """The close of the candle that opened then: each has its own."""
    return _prices(opened_at)["close"]


def _prices(opened_at: datetime) -> dict[str, str]:
    close = f"1.{10000 + int(opened_at.timestamp()) // 60 % 80000:05d}"
    return {"open": "1.09990", "high": "1.99999", "low": "1.00001", "close": close}


def _json(document: dict[str, Any], status: int = 200, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return status, {"Content-Type": "application/json; charset=utf-8", **named}, json.dumps(document)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.rstrip("Z")).replace(tzinfo=UTC)
