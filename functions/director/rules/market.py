"""Whether this is a time to trade the symbol: spread, hours, news."""

from datetime import datetime, time, timedelta

from functions.director.context import DAYS, NewsWindow, Session
from functions.director.rules.case import Case
from functions.director.rules.exposure import currencies_of


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
    concerned = currencies_of(case.signal.symbol)
    found = [
        window
        for window in case.context.news_windows
        if window.currency in concerned and window.starts_at <= case.at < window.ends_at
    ]
    return min(found, key=lambda window: (window.ends_at, window.currency), default=None)


def _covers(session: Session, at: datetime) -> bool:
    """Whether the moment is in the window: from its first moment on, until just before its last."""
    since_midnight = at - datetime.combine(at, time(), at.tzinfo)
    opens, closes = _since_midnight(session.opens), _since_midnight(session.closes)
    return DAYS[at.weekday()] == session.day and opens <= since_midnight < closes


def _since_midnight(clock: str) -> timedelta:
    hours, minutes = clock.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))
