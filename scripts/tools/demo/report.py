"""What the demo prints at its end: tables, one story, and whether the invariants hold."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from functions.contract.scalars import timestamp_text
from scripts.tools.demo.invariants import Invariants, check
from scripts.tools.demo.play import Calls, Played
from scripts.tools.demo.records import Account
from scripts.tools.demo.summary import Summary, summarize
from scripts.tools.evidence.auditor import auditing
from scripts.tools.evidence.story.story import Story, fullest_story


@dataclass(frozen=True, slots=True)
class Report:
    """Everything there is to say about one demo."""

    summary: Summary
    story: Story | None
    invariants: Invariants
    played: Played

    @property
    def passed(self) -> bool:
        """Whether there were signals, and nothing was lost, done twice or tampered with."""
        return self.summary.signals > 0 and self.invariants.hold

    def document(self) -> dict[str, Any]:
        """The report for programs."""
        return {
            "bars": self.summary.bars,
            "signals": self.summary.signals,
            "decisions": self.summary.decisions,
            "directives": self.summary.directives,
            "orders": sum(len(account.orders) for account in self.played.accounts.values()),
            "events": self.summary.events,
            "duplicates": len(self.invariants.duplicates),
            "lost": len(self.invariants.lost),
            "journal_entries": self.invariants.journal.read.rows,
            "journal_ok": self.invariants.journal.intact,
            **self._chaos(),
        }

    def _chaos(self) -> dict[str, Any]:
        chaos = self.played.chaos
        return {} if chaos is None else {"seed": chaos.seed, "killed": dict(sorted(chaos.killed.items()))}


def report_on(database_url: str, played: Played) -> Report:
    """Read the ledger as auditor and hold it against what the brokers have seen."""
    with auditing(database_url) as connection:
        return Report(
            summary=summarize(connection),
            story=fullest_story(connection),
            invariants=check(connection, played.accounts),
            played=played,
        )


def show(report: Report, console: Console) -> None:
    """Print the report for people."""
    summary = report.summary
    for table in (
        _table("signals", ("strategy_id", "action", "side", "status", "signals"), summary.signal_lines),
        _table("decisions", ("account_id", "outcome", "reason", "decisions"), summary.decision_lines),
        _table("directives", ("account_id", "action", "status", "directives"), summary.directive_lines),
        _table(
            "what the officers reported",
            ("account_id", "kind", "reason", "events", "volume_lots", "profit", "costs"),
            summary.event_lines,
        ),
        _accounts(report.played.accounts, summary),
        _calls(report.played.calls),
    ):
        console.print(table)
    if report.story:
        console.print(_timeline(report.story))
    console.print(_verdict(report))


def _table(title: str, columns: Sequence[str], lines: Iterable[Mapping[str, object]]) -> Table:
    table = _empty(title)
    for column in columns:
        numeric = column in (title, "events", "volume_lots", "profit", "costs")
        table.add_column(column, justify="right" if numeric else "left")
    for line in lines:
        table.add_row(*(_text(line[column]) for column in columns))
    return table


def _accounts(accounts: Mapping[str, Account], summary: Summary) -> Table:
    table = _empty("accounts")
    for column in ("account_id", "currency", "result", "balance", "equity", "positions open"):
        table.add_column(column, justify="left" if column in ("account_id", "currency") else "right")
    for account_id, account in accounts.items():
        result = summary.result_of(account_id)
        table.add_row(
            account_id,
            account.currency,
            Text(f"{result:+.2f}", style="red" if result < 0 else "green"),
            f"{account.balance:.2f}",
            f"{account.equity:.2f}",
            str(len(account.positions)),
        )
    return table


def _calls(calls: Mapping[str, Calls]) -> Table:
    table = _empty("calls")
    for column in ("path", "calls", "seconds", "mean ms"):
        table.add_column(column, justify="left" if column == "path" else "right")
    for path, made in sorted(calls.items(), key=lambda item: -item[1].seconds):
        mean = 1000 * made.seconds / made.count
        table.add_row(path, str(made.count), f"{made.seconds:.1f}", f"{mean:.1f}")
    return table


def _timeline(story: Story) -> Table:
    table = _empty(f"one story: {story.symbol}, signal {story.signal_id}")
    for column in ("when (UTC)", "who", "what", "details"):
        table.add_column(column, overflow="fold", no_wrap=column != "details")
    for line in story.lines:
        table.add_row(timestamp_text(line.recorded_at), line.actor, line.event, Text(line.details))
    return table


def _verdict(report: Report) -> RenderableType:
    found, entries = report.invariants, report.invariants.journal.read.rows
    table = _empty("invariants")
    table.show_header = False
    table.add_row("there were signals", _mark(report.summary.signals > 0))
    table.add_row("no order was placed twice", _mark(not found.duplicates))
    table.add_row("every signal processed, directive settled, deal known", _mark(not found.lost))
    table.add_row(f"the journal's {entries} entries are intact", _mark(found.journal.intact))
    for finding in found.findings():
        table.add_row(Text(f"  {finding}"), "")
    return table


def _mark(good: bool) -> Text:
    return Text("yes", style="green") if good else Text("NO", style="bold red")


def _empty(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)


def _text(value: object) -> str:
    return "" if value is None else str(value)
