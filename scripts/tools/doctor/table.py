"""Prints the doctor's findings for a person: by severity, each with its remedy."""

from collections.abc import Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

HEADINGS = {
    "critical": Text("critical: look now", style="bold red"),
    "warning": Text("warning: look today", style="bold yellow"),
    "info": Text("info: nothing to be done now", style="bold blue"),
}
# As wide as `in 59 min`.
SINCE_WIDTH = 9

Finding = Mapping[str, Any]


def show(answer: Mapping[str, Any], console: Console) -> None:
    """Print an answer of api.doctor."""
    if not answer["findings"]:
        console.print(Text(f"Nothing is stuck as of {answer['at']}.", style="green"))
    for severity, group in groupby(answer["findings"], lambda finding: finding["severity"]):
        findings = list(group)
        console.print(HEADINGS[severity])
        kind_width = max(len(finding["kind"]) for finding in findings)
        for finding in findings:
            console.print(_row(finding, datetime.fromisoformat(answer["at"]), kind_width))
            # Whole and on a line of its own, however narrow the console, to be copied.
            console.print(Text(finding["remedy"], style="dim"), soft_wrap=True)
        console.print()
    for kind in answer["cut"]:
        console.print(Text(f"{kind}: only the oldest {answer['most_per_kind']} are listed; there are more."))


def _row(finding: Finding, at: datetime, kind_width: int) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(no_wrap=True, min_width=kind_width)
    table.add_column(no_wrap=True, justify="right", min_width=SINCE_WIDTH)
    table.add_column(overflow="fold")
    since = lasting((at - datetime.fromisoformat(finding["since"])).total_seconds())
    table.add_row(finding["kind"], since, Text(finding["explanation"]))
    return table


def lasting(seconds: float) -> str:
    """A duration in its largest unit; negative ones lie ahead."""
    size = abs(int(seconds))
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if size >= 2 * length:
            return f"{'in ' if seconds < 0 else ''}{size // length} {unit}"
    return f"{'in ' if seconds < 0 else ''}{size} s"
