"""What the server wrote down about itself and must not have: read from its logs at the end."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

# Two transactions that wait for each other, or cannot both be; a server that cannot trust its own data.
_DATABASE = re.compile(r"deadlock detected|could not serialize|PANIC:|invalid page|could not read block")
# PostgREST has retried these before the functions see them, so both logs are read.
_IN_THE_WAY = re.compile(r"code (40\w{3}|55P03|25P0[34])\b")
# Said by the functions when the ledger, or the way there, is down: that is what it is for.
# (That a call was answered with 503 is judged by who called.)
_EXPECTED = re.compile(
    r"got no answer|answered 503|failed: ledger_unavailable"
    r"|failed: code (PGRST00[0-3]|08\w{3}|57P0\d|, message ,)"
)


def complaints(logs: Mapping[str, Path]) -> Iterator[str]:
    """A sentence for each kind of line that should not be there, with how often it is."""
    for name, log in logs.items():
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        found = _of_functions(lines) if _speaks_json(lines) else _of_servers(lines)
        for line, times in Counter(found).items():
            yield f"the log of {name} says {times} times: {line}"


def _of_servers(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if _DATABASE.search(line):
            yield line.partition("] ")[2] or line


def _of_functions(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        entry = _entry(line)
        message = str(entry.get("message", ""))
        wrong = entry.get("severity") in ("ERROR", "CRITICAL") and not _EXPECTED.search(message)
        if wrong or _IN_THE_WAY.search(message):
            yield message[:1000]


def _speaks_json(lines: Iterable[str]) -> bool:
    return any(_entry(line) for line in lines)


def _entry(line: str) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except json.JSONDecodeError:
        return {}
    return entry if isinstance(entry, dict) else {}
