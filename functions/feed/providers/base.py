"""What every provider of bars has in common: one question to ask, and errors with stable codes."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol

from functions.contract.bar import TIMEFRAME_SECONDS, Bar, closed_at
from functions.contract.scalars import Timeframe

PAGE_BARS: Final = 5_000
"""The most bars one request may ask for, at Twelve Data as at OANDA."""

ErrorCode = Literal[
    "provider_unauthorized",
    "provider_symbol_unknown",
    "provider_rate_limited",
    "provider_unavailable",
    "provider_answer_invalid",
]


class ProviderError(Exception):
    """A provider that did not give the bars; `code` is one of contracts/problems.json.

    detail: a sentence about this occurrence, without any secret.
    retry_after_seconds: how long the provider asks to be left alone, if it says so.
    """

    def __init__(self, code: ErrorCode, detail: str, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.retry_after_seconds = retry_after_seconds

    @property
    def may_pass(self) -> bool:
        """Whether the same question may be answered a little later."""
        return self.code in {"provider_rate_limited", "provider_unavailable"}


class BarProvider(Protocol):
    """Somewhere closed bars can be asked for."""

    @property
    def name(self) -> str:
        """Its name in the settings, in answers and in the log."""

    def closed_bars(
        self,
        symbol: str,
        timeframe: Timeframe,
        *,
        after: datetime | None,
        until: datetime,
        limit: int | None = None,
    ) -> Iterator[Bar]:
        """The bars of `symbol` opened after `after` and closed at `until` or before: oldest first, each once.

        symbol: the ledger's name of it.
        after: None for the newest `limit` bars (1..PAGE_BARS) there are.
        limit: with `after`, how many of the oldest; None for all.
        Pages are asked for as they are needed: stopping early asks no more, and bars that came before an
        error have been given. Raises ProviderError.
        """


def length(timeframe: Timeframe) -> timedelta:
    """How long a bar of the timeframe lasts."""
    return timedelta(seconds=TIMEFRAME_SECONDS[timeframe])


def each_closed_once(bars: Iterable[Bar], after: datetime | None, until: datetime) -> Iterator[Bar]:
    """Of bars in order, those opened after `after` and closed at `until`; of equal openings the first."""
    for bar in bars:
        if (after is None or bar.opened_at > after) and closed_at(bar) <= until:
            after = bar.opened_at
            yield bar
