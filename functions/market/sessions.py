"""When a symbol's market is open by its week, daylight saving included. Pure; knows no holidays."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from functions.contract.bar import TIMEFRAME_SECONDS
from functions.contract.scalars import Timeframe
from functions.market.symbols import KNOWN_PAIR, METALS

Calendar = Literal["forex", "metals", "always"]

# The week of currencies begins and ends at five in the afternoon in New York, whatever that is in UTC.
_NEW_YORK: Final = ZoneInfo("America/New_York")
_TURN: Final = 17
_FRIDAY, _SATURDAY, _SUNDAY = 4, 5, 6
_HOUR: Final = timedelta(hours=1)


def calendar_of(symbol: str) -> Calendar:
    """Two currencies trade by the week of forex, gold and silver by that of metals, all else always."""
    pair = KNOWN_PAIR.search(symbol)
    # Capitals that go on name something else: EURUSDT is of a crypto-currency.
    if pair is None or symbol[pair.end() :][:1].isupper() or pair[2].upper() in METALS:
        return "always"
    return "metals" if pair[1].upper() in METALS else "forex"


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Whether the market trades at a moment (aware)."""
    if calendar == "always":
        return True
    there = at.astimezone(_NEW_YORK)
    day, hour = there.weekday(), there.hour
    if day == _SATURDAY or (day == _FRIDAY and hour >= _TURN) or (day == _SUNDAY and hour < _TURN):
        return False
    # Metals pause for an hour each day, and so open an hour later on Sunday.
    return not (calendar == "metals" and hour == _TURN)


def expected_opens(
    calendar: Calendar, timeframe: Timeframe, begin: datetime, until: datetime
) -> Iterator[datetime]:
    """When bars open, from `begin` (an opening of the source's clock) to before `until`, a length apart.

    A bar is expected if the market is open at any time of it.
    """
    length = timedelta(seconds=TIMEFRAME_SECONDS[timeframe])
    hours = max(1, length // _HOUR)
    opened = begin
    while opened < until:
        if any(is_open(calendar, opened + hour * _HOUR) for hour in range(hours)):
            yield opened
        opened += length


def nothing_closed_since(symbol: str, timeframe: Timeframe, opened_at: datetime, at: datetime) -> bool:
    """Whether by the calendar no bar after the one that opened at `opened_at` has closed by `at`."""
    length = timedelta(seconds=TIMEFRAME_SECONDS[timeframe])
    # Open at the latest one length ago is closed now.
    ends = at - length + timedelta(microseconds=1)
    later = expected_opens(calendar_of(symbol), timeframe, opened_at + length, ends)
    return next(later, None) is None
