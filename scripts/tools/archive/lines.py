"""How `scripts/distort archive` prints what it did: for people, or as JSON."""

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any


def standing(month: dict[str, Any]) -> str:
    """Where a run left a month."""
    if month["open_count"]:
        return _kept(month)
    return f"{month['step']}, waits for {month['waits_for']}" if month["waits_for"] else str(month["step"])


def status(month: dict[str, Any]) -> str:
    """Where a month stands."""
    if month["open_count"]:
        return f"{month['month'][:7]}: {_kept(month)}"
    return f"{month['month'][:7]}: {month['step'] or 'due'} {month['export'] or ''}".rstrip()


def _kept(month: dict[str, Any]) -> str:
    named = (
        f"\n    {story['reason']}: {story['signal_id']} {story['symbol']} {story['created_at']}"
        for story in month["open_stories"]
    )
    return f"stays, {month['open_count']} reasons{''.join(named)}"


def verdict(one: dict[str, Any]) -> str:
    """What verifying a month's export found."""
    faults = "".join(f"\n    {fault}" for fault in one["faults"])
    return f"{one['month']}: {'NOT the month' if faults else 'verified'}{faults}"


def say(
    found: Sequence[dict[str, Any]], as_json: bool, line: Callable[[dict[str, Any]], str], nothing: str
) -> None:
    """Print what was found, one line each, or `nothing`."""
    text = (
        json.dumps(list(found), indent=2, default=str) if as_json else "\n".join(map(line, found)) or nothing
    )
    sys.stdout.write(text + "\n")
