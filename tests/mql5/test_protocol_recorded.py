"""What the officer really sent in the simulator is answered the same by the real functions."""

import json
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.contract.scalars import parse_timestamp
from mql5.simulator.protocol_server import ProtocolServer
from mql5.simulator.simulator import command
from tests.mql5.twins import TAKEOVER_SECONDS, Document, Twins
from tests.support.project import Project


def recorded(simulator: Path, line: str) -> list[Document]:
    """What the officer and the director said in a run of the simulator, and what they were answered."""
    words = command(simulator, "--exchanges", "scenario", *line.split())
    done = subprocess.run(words, capture_output=True, text=True, check=True)  # noqa: S603 - our own executable
    exchanges: list[Document] = json.loads(done.stdout)["exchanges"]
    return exchanges


def without_story(document: Any) -> Any:
    """An answer without what the ledger makes up itself when it issues a directive."""
    if isinstance(document, list):
        return [without_story(item) for item in document]
    if isinstance(document, dict):
        return {key: without_story(value) for key, value in document.items() if key != "signal_id"}
    return document


@pytest.mark.parametrize(
    "line",
    [
        "market none -",
        "market web-twice@1x9999 60",
        "market journal-gone@10 -",
        "stops web-lost:report@1x3 -",
        "stops two-terminals 40",
        "pending none 70h",
        "pending order-late-lost@1/100 -",
        "gates none -",
        "gates order-answer@1x3/10018 -",
        "stops web-truncated:ack@1 55",
        "pending order-silent-done@1 60",
        "bars none -",
        "bars bar-restated@40 30",
        "bars two-terminals 20",
        "bars web-lost:bars@1 70",
    ],
)
def test_what_the_officer_sent_is_answered_the_same_by_the_real_functions(
    project: Project, simulator: Path, line: str
) -> None:
    exchanges = recorded(simulator, line)
    start = parse_timestamp(exchanges[0]["at"]) - timedelta(minutes=1)
    with ProtocolServer(simulator) as server:
        twins = Twins(project, server, start, takeover_seconds=TAKEOVER_SECONDS)
        project.execute("update ledger.settings set poll_busy_ms = 1000, poll_idle_ms = 4000 where only_row")
        replayed = Replay(twins)
        for exchange in exchanges:
            replayed.play(exchange)
    assert replayed.calls > 10


class Replay:
    """Tells the real functions what a simulated ledger was told; ids are the only thing that may differ."""

    def __init__(self, twins: Twins) -> None:
        self.twins = twins
        self.calls = 0
        self._ids: dict[str, str] = {}

    def play(self, exchange: Document) -> None:
        """One exchange: its answer must be the recorded one."""
        at = parse_timestamp(exchange["at"])
        if "issue" in exchange:
            proposal = exchange["issue"]
            made = self.twins.issue(proposal, at=at)
            assert made["directive_no"] == proposal["directive_no"]
            self._ids[proposal["directive_id"]] = made["directive_id"]
        elif "halt" in exchange:
            self.twins.halt(exchange["halt"][0], exchange["halt"][1], at)
        elif "resume" in exchange:
            self.twins.resume(exchange["resume"][0], exchange["resume"][1], at)
        elif "strategy" in exchange:
            reads = dict(exchange["strategy"])
            self.twins.save_strategy(reads.pop("strategy_id"), at, **reads)
        elif "bars" in exchange:
            self.twins.send("/bars", {"bars": exchange["bars"]}, at=at)
        else:
            self._send(exchange, at)

    def _send(self, exchange: Document, at: datetime) -> None:
        key = self.twins.keys["demo-1"]
        body = self._translated(exchange["request"])
        real = self.twins.project.send(exchange["path"], body.encode(), key=key, at=at)
        expected = json.loads(self._translated(exchange["answer"]))
        assert (real.status, without_story(real.document)) == (exchange["status"], without_story(expected))
        self.calls += 1

    def _translated(self, document: Any) -> str:
        text = json.dumps(document)
        for simulated, real in self._ids.items():
            text = text.replace(simulated, real)
        return text
