"""What a replay has shown, for people."""

from collections.abc import Mapping

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from functions.contract.scalars import timestamp_text
from scripts.tools.evidence.replay.compare import Comparison
from scripts.tools.evidence.replay.replay import Replayed


def show(result: Replayed, console: Console) -> None:
    """Print it."""
    if result.comparisons:
        console.print(_comparisons(result))
    else:
        console.print(_rows(result))
    console.print(_state(result))
    console.print(_reasons("not claimed", result.not_claimed))
    for month in result.dropped_months:
        console.print(f"{month}: dropped from the ledger; its stories are in the export alone", markup=False)
    for fault in result.faults:
        console.print(fault, style="bold red", markup=False)
    console.print(_verdict(result))


def _comparisons(result: Replayed) -> Table:
    table = _empty("tables")
    table.add_column("table")
    table.add_column("rows", justify="right")
    table.add_column("replayed", justify="right")
    table.add_column("", overflow="fold")
    for one in result.comparisons:
        table.add_row(one.table, f"{one.rows:,}", f"{one.replayed:,}", _compared(one))
    return table


def _compared(one: Comparison) -> Text:
    if one.identical:
        return Text("identical", style="green")
    if one.fault:
        return Text(one.fault, style="bold red")
    counts = {"missing": one.missing, "unexpected": one.unexpected, "differing": one.differing}
    told = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)
    return Text(f"{told}; the first: {one.first}", style="bold red")


def _rows(result: Replayed) -> Table:
    table = _empty("tables")
    table.add_column("table")
    table.add_column("rows", justify="right")
    for name, rows in result.state.rows.items():
        table.add_row(name, f"{rows:,}")
    return table


def _state(result: Replayed) -> Table:
    state = result.state
    table = _empty(f"state{f' at {timestamp_text(result.until)}' if result.until else ''}")
    table.show_header = False
    table.add_row("signals", _counts(state.signals))
    table.add_row("directives", _counts(state.directives))
    for exposure in state.exposures:
        what = "{positions} {side} {symbol}, {volume_lots} lots".format(**exposure)
        table.add_row(f"open, {exposure['account_id']}", what)
    return table


def _reasons(title: str, reasons: Mapping[str, str]) -> Table:
    table = _empty(title)
    table.show_header = False
    for name, reason in reasons.items():
        table.add_row(name, Text(reason))
    return table


def _verdict(result: Replayed) -> Text:
    speed = result.entries / result.seconds if result.seconds else 0
    folded = f"{result.entries:,} journal entries in {result.seconds:.1f} s ({speed:,.0f}/s)"
    if not result.succeeded:
        return Text(f"{folded}: NOT identical", style="bold red")
    if result.cut:
        return Text(f"{folded}; later ones were left out, so there is nothing to compare with")
    return Text(f"{folded}: identical", style="green")


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {status}" for status, count in counts.items()) or "none"


def _empty(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
