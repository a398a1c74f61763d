"""Plants faults in the officer and sees that the sweep catches each: what keeps the sweep honest."""

from __future__ import annotations

import json
import os
import random
import shutil
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from mql5.simulator import plans, sweep
from mql5.simulator.build import INCLUDE
from mql5.simulator.compiler import CACHE
from mql5.simulator.progress import counting
from mql5.simulator.scenarios import Outcome, Scenario
from mql5.simulator.simulator import OFFICER, executable
from mql5.simulator.workers import Workers, side_by_side

LIST = Path(__file__).with_name("mutations.toml")
SOURCES = "DistortSignals"
# A mutation has got past the sweep when so many scenarios have not caught it.
MOST_SCENARIOS = 10_000
MIXTURES = 400
PORTION = 40
SEED = 11


@dataclass(frozen=True, slots=True)
class Mutation:
    """One planted fault: `find` occurs exactly once in `file` and is replaced."""

    name: str
    file: str
    find: str
    replace: str

    def applied_to(self, text: str) -> str:
        """The faulty text; ValueError if the officer has changed and the fault has no place any more."""
        if text.count(self.find) != 1:
            raise ValueError(
                f"mutation {self.name}: its text occurs {text.count(self.find)} times in {self.file}"
            )
        return text.replace(self.find, self.replace)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mutation: the invariant that caught it and in which scenario, or neither.

    scenarios: how many were run until then.
    """

    mutation: str
    invariant: str
    detail: str
    scenario: str
    scenarios: int

    @property
    def caught(self) -> bool:
        """Whether the sweep noticed it."""
        return bool(self.invariant)


def load() -> list[Mutation]:
    """The mutations of mutations.toml."""
    document = tomllib.loads(LIST.read_text(encoding="utf-8"))
    return [Mutation(**entry) for entry in document["mutation"]]


def run(chosen: Sequence[Mutation] | None = None, *, as_json: bool = False) -> int:
    """Try mutations, all unless told which, and show what caught them; 1 if any was not caught."""
    mutations = load() if chosen is None else chosen
    verdicts: list[Verdict] = []
    with counting(len(mutations), "mutations") as done:
        for verdict in side_by_side(judge, mutations, os.cpu_count() or 1):
            verdicts.append(verdict)
            done(1)
    _show(verdicts, as_json=as_json)
    return 0 if all(verdict.caught for verdict in verdicts) else 1


def judge(mutation: Mutation) -> Verdict:
    """Build the officer with the fault and sweep it until something is wrong."""
    # One core each: mutations run side by side.
    workers = Workers(build_mutant(mutation, CACHE / "mutants" / mutation.name), count=1)
    tried = 0
    try:
        for outcomes in _attempts(workers):
            tried += len(outcomes)
            for outcome in outcomes:
                if outcome.failures:
                    invariant, detail = outcome.failures[0]
                    return Verdict(mutation.name, invariant, detail, outcome.scenario.line, tried)
            if tried >= MOST_SCENARIOS:
                break
    finally:
        workers.binary.unlink()
    return Verdict(mutation.name, "", "", "", tried)


def _attempts(workers: Workers) -> Iterator[list[Outcome]]:
    """The sweep in the order in which it finds most soonest, in portions."""
    plain = [Scenario(story, plans.NONE) for story in sweep.stories(workers)]
    base = workers.run(plain, _ignored, points=True)
    yield base
    yield from workers.branches(plain[:1], _ignored)
    every = sweep.scenarios_without_crash([scenario.story for scenario in plain])
    faults = [scenario for scenario in every if scenario.plan != plans.NONE]
    yield from _portions(workers, faults)
    yield from workers.branches(plain[1:], _ignored)
    yield from _portions(workers, sweep.mixtures(base, MIXTURES, SEED))
    random.Random(SEED).shuffle(faults)  # noqa: S311 - an order to be repeated, not a secret
    yield from workers.branches(faults, _ignored)


def _portions(workers: Workers, scenarios: Sequence[Scenario]) -> Iterator[list[Outcome]]:
    for at in range(0, len(scenarios), PORTION):
        yield workers.run(scenarios[at : at + PORTION], _ignored)


def build_mutant(mutation: Mutation, folder: Path) -> Path:
    """The simulator with a faulty officer, whose sources are put together in `folder`."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(INCLUDE / SOURCES, folder / "Include" / SOURCES)
    officer = folder / "Experts" / SOURCES / OFFICER.name
    officer.parent.mkdir(parents=True)
    shutil.copy(OFFICER, officer)
    target = folder / "Include" / SOURCES / mutation.file
    target.write_text(mutation.applied_to(target.read_text(encoding="utf-8")), encoding="utf-8")
    return executable(officer=officer)


def _ignored(_: int) -> None:
    """The progress within a mutation is not shown."""


def _show(verdicts: Sequence[Verdict], *, as_json: bool) -> None:
    caught = sum(verdict.caught for verdict in verdicts)
    if as_json:
        found = [asdict(verdict) | {"caught": verdict.caught} for verdict in verdicts]
        print(json.dumps({"mutations": len(verdicts), "caught": caught, "verdicts": found}))  # noqa: T201
        return
    table = Table("mutation", "caught by", "after", "in the scenario")
    for verdict in verdicts:
        table.add_row(
            verdict.mutation, verdict.invariant or "NOTHING", str(verdict.scenarios), verdict.scenario
        )
    Console(width=140).print(table)
    print(f"mutations {len(verdicts)}, caught {caught}")  # noqa: T201
