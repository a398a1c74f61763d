"""Prints a story for people."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from functions.contract.scalars import timestamp_text
from scripts.tools.evidence.story.lines import Line, cause_of
from scripts.tools.evidence.story.story import Story
from scripts.tools.evidence.story.timeline import decisions, elapsed, latencies

_ROOM_FOR_REQUESTS = 140
_STYLES = {"signal": "cyan", "decision": "yellow", "directive": "blue", "execution": "green"}


def show(story: Story, console: Console) -> None:
    """Print the timeline, the numbers of the decisions, the latencies, and the stories it is linked to."""
    console.print(
        Text(f"{story.symbol}, signal {story.signal_id} of {timestamp_text(story.created_at)}", style="bold")
    )
    console.print(_timeline(story, with_requests=console.width >= _ROOM_FOR_REQUESTS))
    if decided := decisions(story):
        console.print(_numbers(decided))
    if latencies(story):
        console.print(_latencies(story))
    for link in story.targets:
        console.print(
            f"no. {link.directive_no} means to {link.action} the position of no. {link.target_directive_no},"
            f" of story {link.signal_id}",
            markup=False,
        )
    for link in story.targeted_by:
        console.print(
            f"the position of no. {link.target_directive_no} was meant to {link.action}"
            f" by no. {link.directive_no} of story {link.signal_id}",
            markup=False,
        )


def _timeline(story: Story, *, with_requests: bool) -> Table:
    lines = story.all_lines
    places = {line.journal_id: place for place, line in enumerate(lines, start=1)}
    published = lines[0].recorded_at
    table = _empty("timeline")
    table.add_column("", justify="right")
    requests = ["request"] if with_requests else []
    for column in ("when (UTC)", "elapsed", "who", *requests, "what", "details"):
        table.add_column(column, overflow="fold", no_wrap=column in ("when (UTC)", "elapsed"))
    table.add_column("from", justify="right")
    for line in lines:
        cause = cause_of(line, lines)
        table.add_row(
            str(places[line.journal_id]),
            timestamp_text(line.recorded_at),
            elapsed(line.recorded_at - published),
            _who(line),
            *([line.request_id or ""] if with_requests else []),
            Text(line.event, style=_STYLES.get(line.kind, "")),
            Text(_details(line, story)),
            str(places[cause]) if cause else "",
        )
    return table


def _who(line: Line) -> Text:
    return Text(f"{line.actor} {line.subject or ''}".rstrip())


def _details(line: Line, story: Story) -> str:
    return line.details if line.story == story.signal_id else f"{line.details}; story {line.story[:8]}"


def _numbers(decided: Sequence[Line]) -> Table:
    table = _empty("what was decided on")
    table.add_column("")
    for line in decided:
        table.add_column(f"{line.payload['account_id']}: {line.payload['reason']}", justify="right")
    names = dict.fromkeys(name for line in decided for name in line.payload["numbers"])
    for name in names:
        table.add_row(name, *(_text(line.payload["numbers"].get(name)) for line in decided))
    return table


def _latencies(story: Story) -> Table:
    table = _empty("latencies")
    for column in ("step", "about", "seconds"):
        table.add_column(column, justify="right" if column == "seconds" else "left")
    for latency in latencies(story):
        table.add_row(latency.step, latency.about, f"{latency.seconds:.3f}")
    return table


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _empty(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
