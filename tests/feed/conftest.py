"""The providers, before an exchange that answers within this process."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
import requests
import responses

from functions.feed.providers.base import PAGE_BARS
from functions.feed.providers.http import Clocks, Http, Patience
from functions.feed.providers.oanda import Oanda
from functions.feed.providers.twelve_data import TwelveData
from tests.feed.exchange import Exchange
from tests.support.clock import T0

KEY = "s3cret-key-of-the-provider"
URL = "https://provider.example"
PROVIDERS = ("twelve_data", "oanda")


@dataclass
class Time:
    """A clock that only sleeping moves on, by which pauses can be told."""

    begins: datetime = T0
    pauses: list[float] = field(default_factory=list)

    def clocks(self) -> Clocks:
        """The clocks of the HTTP layer; chance always falls highest."""
        return Clocks(
            monotonic=lambda: sum(self.pauses),
            now=lambda: self.begins + timedelta(seconds=sum(self.pauses)),
            sleep=self.pauses.append,
            chance=lambda: 1.0,
        )


@dataclass
class Bench:
    """One provider with the exchange behind it; `serve` puts an exchange there."""

    provider: str
    time: Time
    mock: responses.RequestsMock

    def serve(self, exchange: Exchange) -> None:
        def answer(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
            status, headers, body = exchange.reply(str(request.url), request.headers.get("Authorization"))
            # `responses` takes the type apart from the other headers.
            return status, headers, body

        path = "/time_series" if self.provider == "twelve_data" else "/v3/instruments/EUR_USD/candles"
        self.mock.add_callback(responses.GET, URL + path, callback=answer, content_type=None)

    def asks(self, *, seconds: float = 20.0, page_bars: int = PAGE_BARS) -> "TwelveData | Oanda":
        """The provider, patient for so long, with pages of so many bars."""
        scheme, make = ("apikey", TwelveData) if self.provider == "twelve_data" else ("Bearer", Oanda)
        http = Http(URL, scheme, KEY, Patience(seconds), self.time.clocks())
        return make(http, {"SILVER": "XAG_X"}, page_bars=page_bars)


MakeBench = Callable[[str], Bench]


@pytest.fixture
def make_bench() -> Iterator[MakeBench]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield lambda provider: Bench(provider, Time(), mock)


@pytest.fixture(params=PROVIDERS)
def bench(request: pytest.FixtureRequest, make_bench: MakeBench) -> Bench:
    return make_bench(request.param)
