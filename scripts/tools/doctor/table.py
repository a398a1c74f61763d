"""Prints the doctor's findings for a person: by severity, each with its remedy."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

HEADINGS = {
    "critical": Text("critical: look now", style="bold red"),
    "warning": Text("warning: look today", style="bold yellow"),
    "info": Text("info: nothing to be done now", style="bold blue"),
}

Finding = Mapping[str, Any]


def show(answer: Mapping[str, Any], console: Console) -> None:
    """Print an answer of api.doctor."""
    console.print(Group(*_parts(answer)))


def _parts(answer: Mapping[str, Any]) -> Iterator[RenderableType]:
    if not answer["findings"]:
        yield Text(f"Nothing is stuck as of {answer['at']}.", style="green")
    for severity, findings in groupby(answer["findings"], lambda finding: finding["severity"]):
        yield HEADINGS[severity]
        yield Padding(_table(list(findings), datetime.fromisoformat(answer["at"])), (0, 0, 1, 0))
    for kind in answer["cut"]:
        yield Text(f"{kind}: only the oldest {answer['most_per_kind']} are listed; there are more.")


def _table(findings: list[Finding], at: datetime) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, justify="right")
    table.add_column(overflow="fold")
    for finding in findings:
        since = lasting((at - datetime.fromisoformat(finding["since"])).total_seconds())
        table.add_row(finding["kind"], since, Text(finding["explanation"]))
        # Whole and on a line of its own, to be copied.
        table.add_row("", "", Text(finding["remedy"], style="dim"))
    return table


def lasting(seconds: float) -> str:
    """A duration in its largest unit; negative ones lie ahead."""
    size = abs(int(seconds))
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if size >= 2 * length:
            return f"{'in ' if seconds < 0 else ''}{size // length} {unit}"
    return f"{'in ' if seconds < 0 else ''}{size} s"
