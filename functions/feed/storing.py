"""Stores bars that come from a provider: in batches, counting what becomes of them."""

import logging
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from functions.contract.bar import Bar, inconsistency
from functions.contract.fetch import FetchedBars, FetchOutcome
from functions.contract.scalars import Timeframe
from functions.feed.providers.base import ProviderError

BATCH_BARS: Final = 500
"""The most bars that one call of api.store_bars is given."""

LONGEST_WAIT_SECONDS: Final = 604_800

logger = logging.getLogger(__name__)


class Tally:
    """What has become of the bars of one symbol and timeframe so far."""

    def __init__(self, symbol: str, timeframe: Timeframe, newest_opened_at: datetime | None) -> None:
        self._symbol = symbol
        self._timeframe = timeframe
        self._newest = newest_opened_at
        self._counts = dict.fromkeys(("recorded", "duplicates", "restated", "rejected"), 0)

    def rejects(self, bar: Bar) -> bool:
        """Whether the bar contradicts itself: it is left out and said, for the ledger would refuse all."""
        fault = inconsistency(bar)
        if fault is None:
            return False
        logger.warning(
            "the provider's %s bar of %s at %s: %s", bar.timeframe, bar.symbol, bar.opened_at, fault
        )
        self._counts["rejected"] += 1
        return True

    def add(self, answer: Mapping[str, Any], bars: Sequence[Bar]) -> None:
        """Count what api.store_bars answered to these bars."""
        self._counts["recorded"] += answer["recorded"]
        self._counts["duplicates"] += answer["duplicates"]
        self._counts["restated"] += len(answer["restated"])
        self._newest = max(bars[-1].opened_at, self._newest or bars[-1].opened_at)

    def failed(self, code: str, detail: str, retry_after_seconds: float | None = None) -> FetchedBars:
        """It failed; what came before that is stored."""
        logger.warning("%s %s: %s: %s", self._symbol, self._timeframe, code, detail)
        wait = retry_after_seconds and min(LONGEST_WAIT_SECONDS, math.ceil(retry_after_seconds))
        return self.closed("failed", code=code, detail=detail, retry_after_seconds=wait)

    def closed(self, outcome: FetchOutcome, **why: Any) -> FetchedBars:
        """The item of the answer."""
        said = {"code": None, "detail": None, "retry_after_seconds": None} | why
        return FetchedBars.model_validate(
            self._counts
            | said
            | {
                "symbol": self._symbol,
                "timeframe": self._timeframe,
                "outcome": outcome,
                "newest_opened_at": self._newest,
            }
        )


def in_batches(bars: Iterator[Bar]) -> Iterator[list[Bar]]:
    """Bars in lists of BATCH_BARS, the last one shorter; those that came before an error are given first."""
    batch: list[Bar] = []
    try:
        for bar in bars:
            batch.append(bar)
            if len(batch) == BATCH_BARS:
                yield batch
                batch = []
    except ProviderError:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def store(
    bars: Iterator[Bar],
    tally: Tally,
    store_bars: Callable[[Sequence[Bar]], Mapping[str, Any]],
    has_time: Callable[[], bool] = lambda: True,
) -> bool:
    """Store `bars`, the oldest first, until there is no more time; whether that was all.

    store_bars: stores at most BATCH_BARS in one transaction and gives what api.store_bars answers.
    Raises what the provider and `store_bars` raise; what came before that is stored.
    """
    for batch in in_batches(bars):
        fit = [bar for bar in batch if not tally.rejects(bar)]
        if fit:
            tally.add(store_bars(fit), fit)
        if len(batch) == BATCH_BARS and not has_time():
            return False
    return True
