"""The lines of a story, and which of them led to which."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scripts.tools.evidence.story.words import words

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One journal entry: when, by whom, what (in the past tense), and what about it.

    story: the signal of the story it belongs to. directive_no: the directive it is about, None for none.
    xid: the transaction that wrote it.
    """

    journal_id: int
    story: str
    recorded_at: datetime
    actor: str
    subject: str | None
    request_id: str | None
    event: str
    directive_no: int | None
    payload: Payload
    xid: str

    @property
    def details(self) -> str:
        """What it is about, for people."""
        return words(self.event, self.payload)

    @property
    def kind(self) -> str:
        """The first half of the event's name."""
        return self.event.partition(".")[0]


def cause_of(line: Line, lines: Sequence[Line]) -> int | None:
    """The journal_id of the entry that led to this one, None for one that nothing here led to.

    lines: all of the story, in the order of the journal.
    """
    before = [one for one in lines if one.journal_id < line.journal_id]
    find = _CAUSES.get(line.event) or _CAUSES.get(line.kind)
    found = find(line, before) if find else None
    return found.journal_id if found else None


def _last(before: Sequence[Line], matches: Callable[[Line], bool]) -> Line | None:
    return next((one for one in reversed(before) if matches(one)), None)


def _published(line: Line, before: Sequence[Line]) -> Line | None:
    return _last(before, lambda one: one.event == "signal.published" and one.story == line.story)


def _signal_changed(line: Line, before: Sequence[Line]) -> Line | None:
    kinds = ("signal", "decision")
    return _last(before, lambda one: one.kind in kinds and one.story == line.story)


def _issued(line: Line, before: Sequence[Line]) -> Line | None:
    """The decision; where that is another story's, the fill of the position that the directive is about."""
    account_id, target = line.payload["account_id"], line.payload["target_directive_no"]
    decision = _last(
        before,
        lambda one: (
            one.kind == "decision" and one.story == line.story and one.payload["account_id"] == account_id
        ),
    )
    return decision or (_position(target, before) if target is not None else None)


def _acknowledged(line: Line, before: Sequence[Line]) -> Line | None:
    events = ("directive.issued", "directive.acknowledged", "acknowledgement.granted")
    return _last(before, lambda one: one.event in events and one.directive_no == line.directive_no)


def _executed(line: Line, before: Sequence[Line]) -> Line | None:
    corrected = line.payload["references_event_id"]
    instance = line.payload["instance_id"]
    return (
        _last(before, lambda one: corrected is not None and one.payload.get("event_id") == corrected)
        or _last(
            before,
            lambda one: (
                one.kind == "acknowledgement"
                and one.directive_no == line.directive_no
                and one.payload["instance_id"] == instance
            ),
        )
        or _acknowledged(line, before)
    )


def _settled(line: Line, before: Sequence[Line]) -> Line | None:
    """What was written about the directive in the same transaction; else it expired or was overtaken."""
    return _last(
        before,
        lambda one: (
            one.kind in ("execution", "operator")
            and one.directive_no == line.directive_no
            and one.xid == line.xid
        ),
    ) or _last(before, lambda one: one.event == "directive.issued" and one.directive_no == line.directive_no)


def _position(directive_no: int, before: Sequence[Line]) -> Line | None:
    events = ("execution.order_filled", "directive.issued")
    found = [
        _last(before, lambda one, event=event: one.event == event and one.directive_no == directive_no)  # type: ignore[misc]
        for event in events
    ]
    return found[0] or found[1]


def _about(line: Line, before: Sequence[Line]) -> Line | None:
    return _last(before, lambda one: one.directive_no == line.directive_no)


_CAUSES: Mapping[str, Callable[[Line, Sequence[Line]], Line | None]] = {
    "signal": _signal_changed,
    "decision": _published,
    "directive.issued": _issued,
    "directive.acknowledged": _acknowledged,
    "directive": _settled,
    "acknowledgement": _acknowledged,
    "execution": _executed,
    "operator": _about,
    "report": _about,
    "discrepancy": _about,
}
