"""What a run came to, for people and for programs."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from scripts.tools.chaos.verdict import Outcome


def document(seed: int, outcome: Outcome) -> dict[str, Any]:
    """The outcome as JSON."""
    return {
        "seed": seed,
        "seconds": round(outcome.seconds, 1),
        "passed": not outcome.findings,
        "findings": list(outcome.findings),
        "killed": dict(sorted(outcome.killed.items())),
        "officer_deaths": outcome.officer_deaths,
        **_numbers(outcome),
        "calls": {path: _latency(seconds) for path, seconds in sorted(outcome.calls.seconds.items())},
        "unserved": _unserved(outcome),
    }


def show(seed: int, outcome: Outcome, console: Console) -> None:
    """Print the outcome."""
    table = _table("killed", "", "times")
    for name, times in sorted(outcome.killed.items()):
        table.add_row(name, str(times))
    table.add_row("officers", str(outcome.officer_deaths))
    console.print(table)
    table = _table("in the ledger", "", "")
    for name, number in _numbers(outcome).items():
        table.add_row(name.replace("_", " "), str(number))
    console.print(table)
    console.print(_calls(outcome))
    for finding in outcome.findings:
        console.print(Text(finding, style="red"))
    verdict = f"{len(outcome.findings)} findings" if outcome.findings else "nothing lost, nothing doubled"
    console.print(Text(f"seed {seed}: {verdict}", style="red" if outcome.findings else "green"))


def _numbers(outcome: Outcome) -> dict[str, int]:
    summary = outcome.summary
    return {
        "bars": summary.bars,
        "signals": summary.signals,
        "decisions": summary.decisions,
        "directives": summary.directives,
        "events": summary.events,
        "deals": outcome.deals,
        "journal_entries": outcome.journal_entries,
        "checkpoints": outcome.checkpoints,
        "replayed_entries": outcome.replayed_entries,
    }


def _calls(outcome: Outcome) -> Table:
    table = _table("calls", "", "served", "median ms", "p95 ms", "not served, for a killed part")
    troubles = Counter(trouble.path for trouble in outcome.calls.troubles)
    for path, seconds in sorted(outcome.calls.seconds.items()):
        took = _latency(seconds)
        table.add_row(
            path, str(took["served"]), str(took["median_ms"]), str(took["p95_ms"]), str(troubles[path])
        )
    return table


def _latency(seconds: Sequence[float]) -> dict[str, int]:
    ordered = sorted(seconds)
    return {
        "served": len(ordered),
        "median_ms": round(1000 * ordered[len(ordered) // 2]),
        "p95_ms": round(1000 * ordered[len(ordered) * 95 // 100]),
    }


def _unserved(outcome: Outcome) -> dict[str, int]:
    counted = Counter(
        f"{trouble.path} {trouble.status or 'no answer'} {trouble.code}" for trouble in outcome.calls.troubles
    )
    return dict(sorted(counted.items()))


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    return table
