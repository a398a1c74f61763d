"""`scripts/distort bars import`: the bars of a file into the ledger, in batches; safe to repeat."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Annotated, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from functions.contract.bar import TIMEFRAME_SECONDS, Bar
from functions.contract.scalars import Timeframe
from scripts.tools.demo.bars_file import read_bars
from scripts.tools.demo.progress import counting
from scripts.tools.operator.ledger import Operator, OperatorError, environment_of
from scripts.tools.operator.options import AsJson, StackName, say

BATCH_BARS = 500
# Servers whose day ends with New York's: seven hours ahead of it all year, which no named zone is.
NEW_YORK_CLOSE = "new-york-close"
_AHEAD = timedelta(hours=7)

File = Annotated[Path, typer.Argument(help="CSV, or what MetaTrader exports.")]
Symbol = Annotated[str | None, typer.Option(help="Whose bars; else what the file's name begins with.")]
TimeframeName = Annotated[str | None, typer.Option("--timeframe", help="M1 … D1; else by distances.")]
Source = Annotated[str, typer.Option(help="feed, or account:<account id>.")]
Zone = Annotated[
    str,
    typer.Option(
        "--server-time-zone", help=f"Of times without one: UTC, Europe/Athens, or {NEW_YORK_CLOSE}."
    ),
]


def import_bars(
    file: File,
    *,
    symbol: Symbol = None,
    timeframe: TimeframeName = None,
    source: Source = "feed",
    zone: Zone = "UTC",
    stack: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Store the bars of a file; what is there already is counted, and other numbers become versions."""
    read = read_bars(file, symbol, known_timeframe(timeframe))
    bars = in_utc(read.bars, zone)
    account_id = account_of(source)
    counts = dict.fromkeys(("recorded", "duplicates", "restated"), 0)
    operator = Operator(environment_of(stack))
    try:
        with counting(len(bars), f"{read.symbol} {read.timeframe}") as advance:
            for first in range(0, len(bars), BATCH_BARS):
                batch = bars[first : first + BATCH_BARS]
                answer = operator.store_bars(batch, account_id)
                counts["recorded"] += answer["recorded"]
                counts["duplicates"] += answer["duplicates"]
                counts["restated"] += len(answer["restated"])
                advance(len(batch))
    finally:
        operator.close()
    said = {"source": source, "symbol": read.symbol, "timeframe": read.timeframe} | counts
    sentence = "{source} {symbol} {timeframe}: {recorded} new, {duplicates} known, {restated} restated"
    say(said, sentence.format(**said), as_json=as_json)


def known_timeframe(name: str | None) -> Timeframe | None:
    """A timeframe as typed. Raises OperatorError."""
    if name is not None and name not in TIMEFRAME_SECONDS:
        raise OperatorError(f"there is no timeframe {name}: {', '.join(TIMEFRAME_SECONDS)}")
    return cast("Timeframe | None", name)


def account_of(source: str) -> str | None:
    """The account of a source; None for the feed. Raises OperatorError."""
    if source == "feed":
        return None
    account_id = source.removeprefix("account:")
    if not account_id or account_id == source:
        raise OperatorError(f"there is no source {source}: feed, or account:<account id>")
    return account_id


def in_utc(bars: Sequence[Bar], zone: str) -> list[Bar]:
    """Bars whose times, read as UTC, are really a server's clock. Raises OperatorError."""
    if zone == "UTC":
        return list(bars)
    made = [bar.model_copy(update={"opened_at": _utc(bar.opened_at, zone)}) for bar in bars]
    for before, after in pairwise(made):
        if after.opened_at <= before.opened_at:
            raise OperatorError(f"in {zone} the bars of {before.opened_at} and after it are not in order")
    return made


def _utc(clock: datetime, zone: str) -> datetime:
    try:
        if zone == NEW_YORK_CLOSE:
            return (clock - _AHEAD).replace(tzinfo=ZoneInfo("America/New_York")).astimezone(UTC)
        return clock.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except (ZoneInfoNotFoundError, ValueError):
        raise OperatorError(f"there is no time zone {zone}: one like Europe/Athens") from None
