"""Whether this is a time to trade the symbol: spread, hours, news."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from functions.director.context import DAYS, NewsWindow, Session
from functions.director.rules.case import Case
from functions.market.symbols import currencies_of

# What a text of a record may have; forty windows of a day are less.
MAX_TEXT = 500


def spread_missing(case: Case) -> bool:
    """A widest spread is set, and no bar as young as the signal's tells the spread."""
    return case.limits.max_spread_points is not None and case.context.spread_points is None


def max_spread_points(case: Case) -> bool:
    """The spread is wider than the account pays."""
    limit, spread = case.limits.max_spread_points, case.context.spread_points
    return limit is not None and spread is not None and spread > limit


def outside_session(case: Case) -> bool:
    """The account opens positions in certain hours of the week, and this is none of them."""
    sessions = case.limits.sessions
    return sessions is not None and not any(_covers(session, case.at) for session in sessions)


def news_window(case: Case) -> bool:
    """The operator expects news about one of the symbol's currencies at this time."""
    return news_of(case) is not None


def news_of(case: Case) -> NewsWindow | None:
    """The window that is open for one of the symbol's currencies; the first to end, if there are several."""
    found = [window for window in _news(case) if window.starts_at <= case.at < window.ends_at]
    return min(found, key=lambda window: (window.ends_at, window.currency), default=None)


def open_until(case: Case, latest: datetime) -> datetime:
    """Until when the position may still be opened: the end of the session or the next news, or else `latest`.

    Only of a case in which it may be opened now. Sessions that follow each other at once are one.
    """
    begins = [window.starts_at for window in _news(case) if window.starts_at > case.at]
    return min(latest, *begins, _session_ends(case.limits.sessions, case.at, latest))


def sessions_of_day(case: Case) -> str | None:
    """The account's windows of the day, for the record: `mon 07:00-12:00 14:00-16:00`; `sun` without any."""
    if case.limits.sessions is None:
        return None
    day = DAYS[case.at.weekday()]
    clocks = sorted(f"{one.opens}-{one.closes}" for one in case.limits.sessions if one.day == day)
    return " ".join([day, *clocks])[:MAX_TEXT]


def _news(case: Case) -> list[NewsWindow]:
    """The windows, past, open and coming, that are about one of the symbol's currencies."""
    concerned = set(currencies_of(case.signal.symbol))
    return [one for one in case.context.news_windows if concerned.intersection(currencies_of(one.currency))]


def _session_ends(sessions: Sequence[Session] | None, at: datetime, latest: datetime) -> datetime:
    """When the last of the sessions ends that lead on from this moment without a gap, `latest` at most."""
    ends = at
    while sessions is not None and ends < latest:
        covering = [session for session in sessions if _covers(session, ends)]
        if not covering:
            return ends
        midnight = datetime.combine(ends, time(), ends.tzinfo)
        ends = midnight + max(_since_midnight(session.closes) for session in covering)
    return latest


def _covers(session: Session, at: datetime) -> bool:
    """Whether the moment is in the window: from its first moment on, until just before its last."""
    since_midnight = at - datetime.combine(at, time(), at.tzinfo)
    opens, closes = _since_midnight(session.opens), _since_midnight(session.closes)
    return DAYS[at.weekday()] == session.day and opens <= since_midnight < closes


def _since_midnight(clock: str) -> timedelta:
    hours, minutes = clock.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))
