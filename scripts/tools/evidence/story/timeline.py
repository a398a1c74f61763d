"""A story as a timeline: for people as tables, for programs as one document."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from functions.contract.scalars import timestamp_text
from scripts.tools.evidence.story.lines import Line, cause_of
from scripts.tools.evidence.story.story import Story

_SHORT = timedelta(minutes=2)
_LONG = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Latency:
    """How long one step took, seconds; negative where the later moment is another clock's.

    step: `signal to decision`, `decision to acknowledgement`, `acknowledgement to report`,
    `occurrence to record`. about: the account, or the directive's number.
    """

    step: str
    about: str
    seconds: float


def document(story: Story) -> dict[str, Any]:
    """The story for programs. Numbers of payloads are not in it but as the details tell them."""
    lines = story.all_lines
    published = lines[0].recorded_at
    return {
        "signal_id": story.signal_id,
        "symbol": story.symbol,
        "created_at": timestamp_text(story.created_at),
        "strategy_id": lines[0].payload["strategy_id"],
        "entries": [_entry(line, lines, published) for line in lines],
        "decisions": [_decision(line) for line in decisions(story)],
        "latencies": [asdict(latency) for latency in latencies(story)],
        "targets": [asdict(link) for link in story.targets],
        "targeted_by": [asdict(link) for link in story.targeted_by],
    }


def decisions(story: Story) -> list[Line]:
    """The entries that tell of a decision."""
    return [line for line in story.lines if line.kind == "decision"]


def latencies(story: Story) -> list[Latency]:
    """How long each step of the story took, in the order in which the steps ended."""
    return list(_latencies(story.lines))


def elapsed(passed: timedelta) -> str:
    """A duration for people: +0.250 s, +3:07 min, +26:10:00 h, +3 d 04:05 h."""
    sign = "-" if passed < timedelta(0) else "+"
    passed = abs(passed)
    if passed < _SHORT:
        return f"{sign}{passed.total_seconds():.3f} s"
    minutes, seconds = divmod(int(passed.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    if passed < timedelta(hours=1):
        return f"{sign}{minutes}:{seconds:02} min"
    if passed < _LONG:
        return f"{sign}{hours}:{minutes:02}:{seconds:02} h"
    return f"{sign}{hours // 24} d {hours % 24:02}:{minutes:02} h"


def _entry(line: Line, lines: Sequence[Line], published: datetime) -> dict[str, Any]:
    return {
        "journal_id": line.journal_id,
        "signal_id": line.story,
        "recorded_at": timestamp_text(line.recorded_at),
        "elapsed_seconds": (line.recorded_at - published).total_seconds(),
        "actor": line.actor,
        "subject": line.subject,
        "request_id": line.request_id,
        "event": line.event,
        "directive_no": line.directive_no,
        "details": line.details,
        "caused_by": cause_of(line, lines),
    }


def _decision(line: Line) -> dict[str, Any]:
    names = ("account_id", "outcome", "reason", "rechecked")
    return {name: line.payload[name] for name in names} | {
        "decided_at": timestamp_text(line.recorded_at),
        "numbers": {name: _number(value) for name, value in line.payload["numbers"].items()},
    }


def _number(value: object) -> object:
    """Decimals as strings, as everywhere in the contracts; what else a decision notes as it is."""
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _latencies(lines: Sequence[Line]) -> Iterator[Latency]:
    begun: dict[tuple[str, int | None], datetime] = {}
    for line in lines:
        if line.event in _BEGIN:
            begun.setdefault((line.event, line.directive_no), line.recorded_at)
        if step := _STEPS.get(line.kind):
            name, beginning = step
            about = line.payload["account_id"] if line.kind == "decision" else f"no. {line.directive_no}"
            since = begun.get((beginning, None if line.kind == "decision" else line.directive_no))
            if since is not None and _is_first(line, lines):
                yield _latency(name, about, line.recorded_at - since)
        if line.kind == "execution":
            occurred = datetime.fromisoformat(line.payload["occurred_at"])
            yield _latency("occurrence to record", f"no. {line.directive_no}", line.recorded_at - occurred)


def _is_first(line: Line, lines: Sequence[Line]) -> bool:
    """Takeovers and further reports are no part of how long it took."""
    return line.kind == "decision" or line == next(
        one for one in lines if one.kind == line.kind and one.directive_no == line.directive_no
    )


def _latency(step: str, about: str, passed: timedelta) -> Latency:
    return Latency(step, about, passed.total_seconds())


# By the kind of entry a step ends with: its name, and the event it begins with.
_STEPS: Mapping[str, tuple[str, str]] = {
    "decision": ("signal to decision", "signal.published"),
    "acknowledgement": ("decision to acknowledgement", "directive.issued"),
    "execution": ("acknowledgement to report", "acknowledgement.granted"),
}
_BEGIN = {beginning for _, beginning in _STEPS.values()}
