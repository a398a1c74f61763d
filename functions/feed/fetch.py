"""POST /fetch: what strategies wait for is fetched from the provider and stored."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from functions.contract.bar import Bar
from functions.contract.fetch import FetchAnswer, FetchedBars, FetchRequest
from functions.contract.problems import Problem
from functions.contract.scalars import Timeframe, parse_timestamp
from functions.feed.providers.base import BarProvider, ProviderError, length
from functions.feed.providers.http import Patience
from functions.feed.providers.registry import FeedSettings, FeedSettingsError, provider_from
from functions.feed.storing import Tally, store
from functions.gateway.context import Context
from functions.gateway.endpoint import endpoint

# Of the newest bars stored, so many are fetched again: providers correct what has just closed.
LOOK_BACK_BARS: Final = 3
# One symbol whose answers do not come must leave some time for the others.
SECONDS_PER_QUESTION: Final = 20.0


@endpoint(roles=frozenset({"feed"}), request=FetchRequest)
def fetch(request: FetchRequest, context: Context) -> FetchAnswer:
    """Fetch and store, one symbol and timeframe after the other, until all is done or time is up.

    Nothing is remembered between runs: the newest bar stored says where the next one goes on, and bars are
    stored once however often they come. So a run may be killed anywhere, and two at once do no harm.
    """
    began = time.monotonic()
    try:
        settings = FeedSettings.from_environment()
        ends_at = began + settings.budget_seconds
        provider = provider_from(settings, Patience(SECONDS_PER_QUESTION, ends_at))
    except FeedSettingsError as error:
        raise Problem("provider_not_configured", str(error)) from None
    answer = context.call("wanted_bars")
    at = parse_timestamp(answer["at"])
    run = FetchRun(context.call, provider, at, lambda: time.monotonic() < ends_at, request.whole_window)
    fetched = [run.fetched(Wanted.read(each)) for each in in_turn(answer["wanted_bars"], at)]
    return FetchAnswer(server_time=at, provider=provider.name, fetched=tuple(fetched))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Bars that strategies read: the newest `count` of them, and the opening of the newest one stored."""

    symbol: str
    timeframe: Timeframe
    count: int
    newest_opened_at: datetime | None

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> "Wanted":
        """One item of what api.wanted_bars answers."""
        newest = document["newest_opened_at"]
        return cls(
            document["symbol"],
            document["timeframe"],
            document["count"],
            newest and parse_timestamp(newest),
        )

    def is_current(self, at: datetime) -> bool:
        """Whether no further bar can have closed at `at`."""
        return self.newest_opened_at is not None and self.newest_opened_at + 2 * length(self.timeframe) > at


class FetchRun:
    """One run: asks `provider` for what has closed at `at`, and stores it.

    call: runs an `api` function of the ledger by its name, as a feed.
    has_time: whether there is time for more.
    whole_window: ask for all that strategies warm up on, not only for what is new.
    """

    def __init__(
        self,
        call: Callable[..., dict[str, Any]],
        provider: BarProvider,
        at: datetime,
        has_time: Callable[[], bool],
        whole_window: bool,
    ) -> None:
        self._call = call
        self._provider = provider
        self._at = at
        self._has_time = has_time
        self._whole_window = whole_window
        self._quota_is_spent = False

    def fetched(self, wanted: Wanted) -> FetchedBars:
        """Fetch one symbol and timeframe; its failure is its own, and in what is returned."""
        tally = Tally(wanted.symbol, wanted.timeframe, wanted.newest_opened_at)
        if wanted.is_current(self._at) and not self._whole_window:
            return tally.closed("current")
        # A quota is the key's, not the symbol's: who asks on gets nothing and stays locked out longer.
        if self._quota_is_spent or not self._has_time():
            return tally.closed("not_reached")
        try:
            return tally.closed("fetched" if self._stored(wanted, tally) else "partly")
        except ProviderError as error:
            self._quota_is_spent = error.code == "provider_rate_limited"
            return tally.failed(error.code, error.detail, error.retry_after_seconds)
        except Problem as problem:
            return tally.failed(problem.code, problem.detail)

    def _stored(self, wanted: Wanted, tally: Tally) -> bool:
        return store(
            self._bars(wanted),
            tally,
            lambda bars: self._call("store_bars", p_bars=[bar.model_dump(mode="json") for bar in bars]),
            self._has_time,
        )

    def _bars(self, wanted: Wanted) -> Iterator[Bar]:
        newest = wanted.newest_opened_at
        if newest is None or self._whole_window:
            after, limit = None, wanted.count
        else:
            after, limit = newest - LOOK_BACK_BARS * length(wanted.timeframe), None
        return self._provider.closed_bars(
            wanted.symbol, wanted.timeframe, after=after, until=self._at, limit=limit
        )


def in_turn(wanted: Sequence[Any], at: datetime) -> Sequence[Any]:
    """The same items, beginning each minute with another: what a quota leaves out is not always the same."""
    first = int(at.timestamp()) // 60 % len(wanted) if wanted else 0
    return [*wanted[first:], *wanted[:first]]
