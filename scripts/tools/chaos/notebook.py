"""What an officer knows beyond its own death: a file of lines, each on disk before what follows from it."""

import json
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from functions.contract.directive import Directive
from functions.contract.execution import ExecutionEvent, Kind
from functions.contract.scalars import parse_timestamp, timestamp_text
from scripts.tools.chaos.life import WRITING, Died, Life


@dataclass(slots=True)
class Notebook:
    """The lines of one file, read and added up.

    directives: all that were ever received, by id. sent: when each was sent to the broker.
    events: what happened, by id, in the order it was noted. confirmed: those the ledger has.
    kinds: the kinds of event known of each directive. deals: tickets of the deals that were noted.
    dropped: directives that are not to be executed, and why.
    """

    file: Path
    life: Life
    instance_id: uuid.UUID = field(default_factory=uuid.uuid4)
    directives: dict[uuid.UUID, Directive] = field(default_factory=dict)
    sent: dict[uuid.UUID, datetime] = field(default_factory=dict)
    events: dict[uuid.UUID, ExecutionEvent] = field(default_factory=dict)
    confirmed: set[uuid.UUID] = field(default_factory=set)
    kinds: dict[uuid.UUID, set[Kind]] = field(default_factory=lambda: defaultdict(set))
    deals: set[int] = field(default_factory=set)
    dropped: dict[uuid.UUID, str] = field(default_factory=dict)

    @classmethod
    def open(cls, file: Path, life: Life) -> "Notebook":
        """Read what an earlier life has left; a line that it did not finish is cut off."""
        book = cls(file, life)
        written = file.read_bytes() if file.exists() else b""
        whole = written[: written.rfind(b"\n") + 1]
        if whole != written:
            file.write_bytes(whole)
        for line in whole.splitlines():
            book._take(json.loads(line))
        if not whole:
            book._write({"kind": "BEGUN", "instance_id": str(book.instance_id)})
        return book

    def receive(self, directive: Directive) -> None:
        """Before it is acknowledged."""
        self._write({"kind": "RECEIVED", "directive": directive.model_dump(mode="json")})

    def send(self, directive_id: uuid.UUID, at: datetime) -> None:
        """Before the order is sent: from here on the outcome is unknown until it is seen."""
        self._write({"kind": "SENDING", "directive_id": str(directive_id), "at": timestamp_text(at)})

    def happen(self, event: ExecutionEvent) -> None:
        """Before it is reported."""
        self._write({"kind": "RESULT", "event": event.model_dump(mode="json")})

    def confirm(self, event_ids: Iterable[uuid.UUID]) -> None:
        """After the ledger has said that it has them."""
        self._write({"kind": "CONFIRMED", "event_ids": [str(each) for each in event_ids]})

    def drop(self, directive_id: uuid.UUID, why: str) -> None:
        """It is not to be executed."""
        self._write({"kind": "DROPPED", "directive_id": str(directive_id), "why": why})

    def unconfirmed(self) -> list[ExecutionEvent]:
        """What is still to be reported, oldest first."""
        return [event for event_id, event in self.events.items() if event_id not in self.confirmed]

    def _write(self, line: Mapping[str, Any]) -> None:
        written = json.dumps(line).encode() + b"\n"
        torn = self.life.ends(WRITING)
        with self.file.open("ab") as file:
            file.write(written[: len(written) // 2] if torn else written)
        if torn:
            raise Died
        self._take(line)
        self.life.step()

    def _take(self, line: Mapping[str, Any]) -> None:
        match line["kind"]:
            case "BEGUN":
                self.instance_id = uuid.UUID(line["instance_id"])
            case "RECEIVED":
                directive = Directive.model_validate(line["directive"])
                self.directives[directive.directive_id] = directive
            case "SENDING":
                self.sent[uuid.UUID(line["directive_id"])] = parse_timestamp(line["at"])
            case "RESULT":
                event = ExecutionEvent.model_validate(line["event"])
                self.events[event.event_id] = event
                self.kinds[event.directive_id].add(event.kind)
                if event.deal_ticket:
                    self.deals.add(int(event.deal_ticket))
            case "CONFIRMED":
                self.confirmed.update(uuid.UUID(each) for each in line["event_ids"])
            case "DROPPED":
                self.dropped[uuid.UUID(line["directive_id"])] = line["why"]
