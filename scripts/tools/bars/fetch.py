"""`scripts/distort bars fetch`: closed bars of the past, from a provider into the ledger."""

import json
import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from functions.contract.bar import TIMEFRAME_SECONDS, Bar
from functions.contract.fetch import FetchedBars
from functions.contract.scalars import Timeframe, parse_timestamp
from functions.feed.providers.base import BarProvider, ProviderError, length
from functions.feed.providers.http import Patience
from functions.feed.providers.registry import (
    FeedSettings,
    FeedSettingsError,
    ProviderName,
    provider_from,
)
from functions.feed.storing import Tally, store
from scripts.tools.demo.progress import counting
from scripts.tools.operator.ledger import Operator, OperatorError, environment_of
from scripts.tools.operator.options import AsJson, StackName, moment

# A quota per minute is waited for, and asked for once more.
SECONDS_PER_QUESTION = 150.0
_MOMENT = timedelta(seconds=1)

Provider = Annotated[str | None, typer.Option(help="twelve_data or oanda; else DISTORT_FEED_PROVIDER.")]
Symbols = Annotated[
    list[str] | None, typer.Option("--symbol", help="Only these; may be given several times.")
]
OneTimeframe = Annotated[
    str | None, typer.Option("--timeframe", help="Only this: M1, M5, M15, M30, H1, H4 or D1.")
]
From = Annotated[str | None, typer.Option("--from", help="The first opening; else what strategies need.")]
Until = Annotated[str | None, typer.Option("--until", help="What has closed by then; else by now.")]


@dataclass(frozen=True, slots=True)
class Part:
    """What is asked for of one symbol and timeframe: from a moment on, or the newest `count` bars."""

    symbol: str
    timeframe: Timeframe
    after: datetime | None
    count: int | None

    def total(self, until: datetime) -> int:
        """How many bars there are at most: weekends are counted as well."""
        if self.after is None:
            return self.count or 0
        return max(0, math.floor((until - self.after) / length(self.timeframe)))


def fetch(
    provider: Provider = None,
    symbol: Symbols = None,
    timeframe: OneTimeframe = None,
    first: From = None,
    until: Until = None,
    stack: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Fetch closed bars from a provider and store them; run again, it stores what was missing.

    Without --symbol and --timeframe: all that enabled strategies read from the feed.
    """
    begins = moment(first) if first else None
    asked = _provider(provider)
    operator = Operator(environment_of(stack))
    try:
        wanted = operator.wanted_bars()
        ends = min(moment(until), parse_timestamp(wanted["at"])) if until else parse_timestamp(wanted["at"])
        parts = _parts(wanted["wanted_bars"], symbol, timeframe, begins)
        fetched = [_fetched(asked, part, ends, operator) for part in parts]
    finally:
        operator.close()
    _print(asked.name, fetched, as_json=as_json)
    if any(each.outcome == "failed" for each in fetched):
        raise typer.Exit(1)


def _provider(name: str | None) -> BarProvider:
    if name not in {None, "twelve_data", "oanda"}:
        raise OperatorError(f"there is no provider {name}: twelve_data or oanda")
    chosen: ProviderName | None = "oanda" if name == "oanda" else "twelve_data" if name else None
    try:
        return provider_from(FeedSettings.from_environment(provider=chosen), Patience(SECONDS_PER_QUESTION))
    except FeedSettingsError as error:
        raise OperatorError(f"no provider can be asked. {error}") from None


def _parts(
    wanted: list[dict[str, Any]], symbols: list[str] | None, timeframe: str | None, begins: datetime | None
) -> list[Part]:
    """What to fetch. Raises OperatorError where that cannot be told."""
    if timeframe is not None and timeframe not in TIMEFRAME_SECONDS:
        raise OperatorError(f"there is no timeframe {timeframe}: {', '.join(TIMEFRAME_SECONDS)}")
    after = begins - _MOMENT if begins else None
    if symbols and timeframe and after:
        return [Part(each, timeframe, after, None) for each in symbols]  # type: ignore[arg-type]
    parts = [
        Part(each["symbol"], each["timeframe"], after, each["count"])
        for each in wanted
        if each["symbol"] in (symbols or [each["symbol"]])
        and each["timeframe"] == (timeframe or each["timeframe"])
    ]
    if not parts:
        raise OperatorError(
            "no enabled strategy reads such bars from the feed; name --symbol, --timeframe and --from"
        )
    return parts


def _fetched(provider: BarProvider, part: Part, until: datetime, operator: Operator) -> FetchedBars:
    tally = Tally(part.symbol, part.timeframe, None)
    limit = part.count if part.after is None else None
    total = part.total(until)
    try:
        with counting(total, f"{part.symbol} {part.timeframe}") as advance:
            bars = provider.closed_bars(
                part.symbol, part.timeframe, after=part.after, until=until, limit=limit
            )
            store(_counted(bars, part, total, advance), tally, operator.store_bars)
        return tally.closed("fetched")
    except ProviderError as error:
        return tally.failed(error.code, error.detail, error.retry_after_seconds)


def _counted(bars: Iterator[Bar], part: Part, total: int, advance: Callable[[int], None]) -> Iterator[Bar]:
    """The same bars; with each, progress is as far as its opening is through the time asked for."""
    done = 0
    for bar in bars:
        yield bar
        so_far = done + 1
        if part.after is not None:
            so_far = min(total, math.ceil((bar.opened_at - part.after) / length(part.timeframe)))
        advance(so_far - done)
        done = so_far
    advance(total - done)


def _print(provider: str, fetched: list[FetchedBars], *, as_json: bool) -> None:
    items = [each.model_dump(mode="json") for each in fetched]
    if as_json:
        sys.stdout.write(json.dumps({"provider": provider, "fetched": items}, indent=2) + "\n")
        return
    for each in fetched:
        newest = (
            each.newest_opened_at.astimezone(UTC).isoformat(" ", "minutes") if each.newest_opened_at else "-"
        )
        counts = (
            f"{each.recorded} new, {each.duplicates} known, {each.restated} restated,"
            f" {each.rejected} rejected"
        )
        why = f" {each.code}: {each.detail}" if each.code else ""
        sys.stdout.write(f"{each.symbol} {each.timeframe}: {each.outcome}: {counts}, newest {newest}{why}\n")
