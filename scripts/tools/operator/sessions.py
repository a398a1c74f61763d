"""Sessions as people write them: "mon-fri 07:00-16:30, sun 22:00-24:00", UTC."""

import re
from collections.abc import Iterator

from functions.director.context import DAYS
from scripts.tools.operator.ledger import OperatorError

_DAY = "|".join(DAYS)
_SESSION = re.compile(rf"({_DAY})(?:-({_DAY}))? +(\d\d:\d\d)-(\d\d:\d\d)")


def parse_sessions(text: str) -> list[dict[str, str]]:
    """One window per day, as documents write them. Raises OperatorError with a sentence."""
    return [session for part in text.lower().split(",") for session in _windows(part.strip())]


def _windows(part: str) -> Iterator[dict[str, str]]:
    found = _SESSION.fullmatch(part)
    if found is None:
        raise OperatorError(f"{part!r} is no session; write them like: mon-fri 07:00-16:30, sun 22:00-24:00")
    first, last, opens, closes = found.groups()
    start, length = DAYS.index(first), (DAYS.index(last or first) - DAYS.index(first)) % len(DAYS)
    for step in range(length + 1):
        yield {"day": DAYS[(start + step) % len(DAYS)], "opens": opens, "closes": closes}
