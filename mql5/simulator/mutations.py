"""Plants faults in the officer and sees that the sweep catches each: what keeps the sweep honest."""

from __future__ import annotations

import json
import random
import shutil
import tomllib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from mql5.simulator import sweep
from mql5.simulator.build import INCLUDE
from mql5.simulator.compiler import CACHE
from mql5.simulator.progress import counting
from mql5.simulator.scenarios import Outcome
from mql5.simulator.simulator import OFFICER, executable
from mql5.simulator.workers import Workers

LIST = Path(__file__).with_name("mutations.toml")
SOURCES = "DistortSignals"
# Each mutation is swept in portions, until it is caught or all of this was in vain.
PORTION = 300
MOST_PORTIONS = 20
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
    """What became of a mutation: the invariant that caught it and in which scenario, or neither."""

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
    with counting(len(mutations), "mutations") as done, ThreadPoolExecutor(Workers(Path()).count) as pool:

        def one(mutation: Mutation) -> Verdict:
            verdict = judge(mutation)
            done(1)
            return verdict

        verdicts = list(pool.map(one, mutations))
    _show(verdicts, as_json=as_json)
    return 0 if all(verdict.caught for verdict in verdicts) else 1


def judge(mutation: Mutation) -> Verdict:
    """Build the officer with the fault and sweep it until something is wrong."""
    folder = CACHE / "mutants" / mutation.name
    # One core each: mutations run side by side.
    workers = Workers(_build(mutation, folder), count=1)
    base = sweep.without_crash(workers, _ignored)
    tried = len(base)
    for outcome in _failed(base):
        return _verdict(mutation, outcome, tried)
    scenarios = sweep.one_crash(base) + sweep.mixtures(base, PORTION * MOST_PORTIONS // 4, SEED)
    random.Random(SEED).shuffle(scenarios)  # noqa: S311 - an order to be repeated, not a secret
    for at in range(0, min(len(scenarios), PORTION * MOST_PORTIONS), PORTION):
        portion = scenarios[at : at + PORTION]
        tried += len(portion)
        for outcome in _failed(workers.run(portion, _ignored)):
            return _verdict(mutation, outcome, tried)
    return Verdict(mutation.name, "", "", "", tried)


def _build(mutation: Mutation, folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(INCLUDE / SOURCES, folder / "Include" / SOURCES)
    officer = folder / "Experts" / SOURCES / OFFICER.name
    officer.parent.mkdir(parents=True)
    shutil.copy(OFFICER, officer)
    target = folder / "Include" / SOURCES / mutation.file
    target.write_text(mutation.applied_to(target.read_text(encoding="utf-8")), encoding="utf-8")
    return executable(officer=officer)


def _failed(outcomes: Sequence[Outcome]) -> list[Outcome]:
    return [outcome for outcome in outcomes if outcome.failures]


def _verdict(mutation: Mutation, outcome: Outcome, tried: int) -> Verdict:
    invariant, detail = outcome.failures[0]
    return Verdict(mutation.name, invariant, detail, outcome.scenario.line, tried)


def _ignored(_: int) -> None:
    """The progress within a mutation is not shown."""


def _show(verdicts: Sequence[Verdict], *, as_json: bool) -> None:
    caught = sum(verdict.caught for verdict in verdicts)
    if as_json:
        found = [asdict(verdict) | {"caught": verdict.caught} for verdict in verdicts]
        print(json.dumps({"mutations": len(verdicts), "caught": caught, "verdicts": found}))  # noqa: T201
        return
    table = Table("mutation", "caught by", "in the scenario")
    for verdict in verdicts:
        table.add_row(verdict.mutation, verdict.invariant or "NOTHING", verdict.scenario)
    Console(width=140).print(table)
    print(f"mutations {len(verdicts)}, caught {caught}")  # noqa: T201
