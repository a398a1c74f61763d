"""Runs scenarios on all cores: one simulator process each, fed line by line."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from mql5.simulator.scenarios import Outcome, Scenario
from mql5.simulator.simulator import command

# A scenario takes milliseconds: a process that takes this long is in an endless loop.
LONGEST_SECONDS = 60.0
# With a branch for each of its hundreds of crash points, and sanitizers. An endless branch ends by itself.
LONGEST_BRANCHING_SECONDS = 1800.0
# Handed out in portions, so that no worker sits idle at the end.
PORTION = 64

# What asks the simulator for more, at the beginning of a line: see batch() in terminal/process/main.cpp.
PLAIN, WITH_POINTS, BRANCHING = "", "?", "*"

Done = Callable[[int], None]
Given = TypeVar("Given")
Made = TypeVar("Made")


def side_by_side(work: Callable[[Given], Made], given: Sequence[Given], count: int) -> Iterator[Made]:
    """Results in the order of what was given, by `count` threads; Ctrl-C drops what has not begun."""
    with ThreadPoolExecutor(count) as pool:
        try:
            yield from pool.map(work, given)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


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
        mark = WITH_POINTS if points else PLAIN
        return [outcome for (outcome,) in self._each(scenarios, PORTION, mark, done)]

    def branches(self, scenarios: Sequence[Scenario], done: Done) -> Iterator[list[Outcome]]:
        """For each scenario the outcomes of dying once more, at each of its crash points; last its own.

        What comes before the crash is run once for all of them. done: as above, with these scenarios.
        """
        yield from self._each(scenarios, 1, BRANCHING, done)

    def _each(
        self, scenarios: Sequence[Scenario], size: int, mark: str, done: Done
    ) -> Iterator[list[Outcome]]:
        portions = [scenarios[at : at + size] for at in range(0, len(scenarios), size)]

        def work(portion: Sequence[Scenario]) -> list[list[Outcome]]:
            groups: list[list[Outcome]] = []
            while len(groups) < len(portion):
                groups += self._until_broken(portion[len(groups) :], mark)
            done(len(portion))
            return groups

        for groups in side_by_side(work, portions, self.count):
            yield from groups

    def _until_broken(self, scenarios: Sequence[Scenario], mark: str) -> list[list[Outcome]]:
        """A group of outcomes for each, up to and including the first that kills the simulator."""
        printed, errors, code = self._process(
            "".join(f"{mark}{scenario.line}\n" for scenario in scenarios), mark
        )
        groups: list[list[Outcome]] = [[]]
        for line in printed.splitlines():
            if not line.endswith("}"):
                continue
            document = json.loads(line)
            groups[-1].append(Outcome.of(document))
            if mark != BRANCHING or "points" in document:  # branches come before the run they are of
                groups.append([])
        unfinished = groups.pop()
        if len(groups) < len(scenarios):
            said = errors.strip()[-2000:] or f"the simulator ended with {code}"
            groups.append([*unfinished, Outcome.broken(scenarios[len(groups)], said)])
        return groups

    def _process(self, lines: str, mark: str) -> tuple[str, str, int]:
        process = subprocess.Popen(  # noqa: S603 - our own executable
            command(self.binary, "batch"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        watch = threading.Timer(
            LONGEST_BRANCHING_SECONDS if mark == BRANCHING else LONGEST_SECONDS, process.kill
        )
        watch.start()
        try:
            printed, errors = process.communicate(lines)
        finally:
            watch.cancel()
        return printed, errors, process.returncode
