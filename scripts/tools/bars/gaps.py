"""`scripts/distort bars gaps`: which bars the calendar expects and the ledger does not have."""

import sys
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, get_args

import typer

from functions.contract.bar import TIMEFRAME_SECONDS
from functions.contract.scalars import Timeframe, timestamp_text
from functions.market.sessions import Calendar, calendar_of, expected_opens, is_open
from scripts.tools.bars.export import Database
from scripts.tools.bars.importing import known_timeframe
from scripts.tools.bars.stored import (
    From,
    Series,
    Source,
    Symbol,
    TimeframeName,
    Until,
    reading,
    stored,
)
from scripts.tools.operator.ledger import OperatorError
from scripts.tools.operator.options import AsJson, StackName, moment, say

CalendarName = Annotated[
    str | None, typer.Option("--calendar", help="forex, metals or always; else by the symbol.")
]


@dataclass(frozen=True, slots=True)
class Gap:
    """Bars that are missing one after the other; `begin` and `last` are openings."""

    begin: datetime
    last: datetime
    count: int
    touches_weekend: bool


def find_gaps(
    opens: Sequence[datetime], timeframe: Timeframe, calendar: Calendar, begin: datetime, until: datetime
) -> list[Gap]:
    """The gaps of sorted openings, from `begin` (an opening) to before `until`.

    A broker's D1 and H4 bars move against UTC by daylight saving: half a length away still is the bar, and
    one whose middle lies in a pause is not asked for.
    """
    length = timedelta(seconds=TIMEFRAME_SECONDS[timeframe])
    slack = length / 2 if length > timedelta(hours=1) else timedelta()
    expected = [
        opened
        for opened in expected_opens(calendar, timeframe, begin, until)
        if not slack or is_open(calendar, opened + slack)
    ]
    runs: list[list[int]] = []
    for place, wanted in enumerate(expected):
        near = bisect_right(opens, wanted + slack) - 1
        if near >= 0 and (opens[near] > wanted - slack or opens[near] == wanted):
            continue
        if runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return [_gap(expected, run, length) for run in runs]


def _gap(expected: Sequence[datetime], run: Sequence[int], length: timedelta) -> Gap:
    """Whether the market pauses right before it, right after it, or within."""
    around = expected[max(0, run[0] - 1) : run[-1] + 2]
    pauses = around[-1] - around[0] > length * (len(around) - 1)
    return Gap(expected[run[0]], expected[run[-1]], len(run), pauses)


def gaps(
    symbol: Symbol,
    timeframe: TimeframeName,
    *,
    source: Source = "feed",
    first: From = None,
    until: Until = None,
    calendar: CalendarName = None,
    stack: StackName = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """List missing bars between the first and the last stored; exit code 1 if there are any."""
    name = known_timeframe(timeframe)
    if calendar is not None and calendar not in get_args(Calendar):
        raise OperatorError(f"there is no calendar {calendar}: {', '.join(get_args(Calendar))}")
    series = Series(
        source, symbol, timeframe, moment(first) if first else None, moment(until) if until else None
    )
    with reading(stack, database) as connection:
        rows = [(row[0], row[7]) for row in stored(connection, series)]
    if not rows or name is None:
        raise OperatorError(f"there are no {timeframe} bars of {symbol} from {source} in that time")
    opens = [opened_at for opened_at, _ in rows]
    week: Calendar = calendar or calendar_of(symbol)  # type: ignore[assignment]
    end = series.until or opens[-1]
    found = find_gaps(opens, name, week, series.begin or opens[0], end)
    document = {
        "source": source,
        "symbol": symbol,
        "timeframe": timeframe,
        "calendar": week,
        "bars": len(rows),
        "restated": sum(version > 1 for _, version in rows),
        "missing": sum(gap.count for gap in found),
        "gaps": [
            {
                "from": timestamp_text(gap.begin),
                "until": timestamp_text(gap.last),
                "count": gap.count,
                "touches_weekend": gap.touches_weekend,
            }
            for gap in found
        ],
    }
    lines = [
        f"{timestamp_text(gap.begin)} to {timestamp_text(gap.last)}: {gap.count} missing"
        + (", beside a pause of the market" if gap.touches_weekend else "")
        for gap in found
    ]
    lines.append("{bars} bars, {restated} of them restated, {missing} missing".format(**document))
    say(document, "\n".join(lines), as_json=as_json)
    sys.stdout.flush()
    raise typer.Exit(1 if found else 0)
