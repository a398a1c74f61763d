"""Runs scenarios on all cores: one simulator process each, fed line by line."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mql5.simulator.scenarios import Outcome, Scenario
from mql5.simulator.simulator import command

# A scenario takes milliseconds: one that takes this long is in an endless loop.
LONGEST_SECONDS = 60.0
# Handed out in portions, so that no worker sits idle at the end.
PORTION = 64

Done = Callable[[int], None]


class Workers:
    """As many simulators as there are cores."""

    def __init__(self, binary: Path, *, count: int | None = None) -> None:
        self.binary = binary
        self.count = count or os.cpu_count() or 1

    def run(self, scenarios: Sequence[Scenario], done: Done, *, points: bool = False) -> list[Outcome]:
        """The outcomes, in the order of the scenarios.

        Args:
            scenarios: what to run.
            done: called with the number of scenarios finished since the last call.
            points: ask for the crash points too.
        """
        portions = [scenarios[at : at + PORTION] for at in range(0, len(scenarios), PORTION)]

        def work(portion: Sequence[Scenario]) -> list[Outcome]:
            outcomes = self._portion(portion, points)
            done(len(portion))
            return outcomes

        with ThreadPoolExecutor(self.count) as pool:
            return [outcome for outcomes in pool.map(work, portions) for outcome in outcomes]

    def _portion(self, scenarios: Sequence[Scenario], points: bool) -> list[Outcome]:
        outcomes: list[Outcome] = []
        while len(outcomes) < len(scenarios):
            outcomes += self._until_broken(scenarios[len(outcomes) :], points)
        return outcomes

    def _until_broken(self, scenarios: Sequence[Scenario], points: bool) -> list[Outcome]:
        """Outcomes up to and including the first scenario that kills the simulator."""
        mark = "?" if points else ""
        lines = "".join(f"{mark}{scenario.line}\n" for scenario in scenarios)
        process = subprocess.Popen(  # noqa: S603 - our own executable
            command(self.binary, "batch"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        watch = threading.Timer(LONGEST_SECONDS, process.kill)
        watch.start()
        try:
            printed, errors = process.communicate(lines)
        finally:
            watch.cancel()
        outcomes = [Outcome.of(json.loads(line)) for line in printed.splitlines() if line.endswith("}")]
        if len(outcomes) < len(scenarios):
            said = errors.strip()[-2000:] or f"the simulator ended with {process.returncode}"
            outcomes.append(Outcome.broken(scenarios[len(outcomes)], said))
        return outcomes
