"""The sweep: the officer dies at every step, under every fault, and must still be right in the end.

First every crash point under every fault plan, then pairs of crash points, then random mixtures.
"""

from __future__ import annotations

import hashlib
import random
import re
import subprocess
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mql5.simulator import plans
from mql5.simulator.scenarios import Outcome, Scenario
from mql5.simulator.simulator import command
from mql5.simulator.workers import Done, Workers

# Of the first crashes every so manieth is followed by a second one, at so many of the points after it.
FIRST_EVERY = 40
SECOND_EACH = 6
MOST_CRASHES = 3


@dataclass
class Tally:
    """What a sweep has found so far; its hash is of all that happened in all scenarios, in order."""

    scenarios: int = 0
    invariants: Counter[str] = field(default_factory=Counter)
    failed: list[Outcome] = field(default_factory=list)
    _digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Count outcomes."""
        for outcome in outcomes:
            self.scenarios += 1
            self._digest.update(f"{outcome.scenario.line} {outcome.hash}\n".encode())
            if outcome.failures:
                self.failed.append(outcome)
                self.invariants.update({invariant for invariant, _ in outcome.failures})

    @property
    def trace_hash(self) -> str:
        """The same for two sweeps in which the same happened."""
        return self._digest.hexdigest()[:16]

    def summary(self) -> str:
        """The line every sweep ends with."""
        return (
            f"scenarios {self.scenarios}, duplicate orders {self.invariants['duplicate_order']}, "
            f"lost directives {self.invariants['lost_directive']}, "
            f"unreported outcomes {self.invariants['unreported_outcome']}, failures {len(self.failed)}"
        )


def stories(workers: Workers) -> list[str]:
    """The names of the stories the simulator knows."""
    listed = subprocess.run(command(workers.binary, "list"), capture_output=True, text=True, check=True)  # noqa: S603
    return listed.stdout.split()


def scenarios_without_crash(names: Sequence[str]) -> list[Scenario]:
    """These stories under every plan of theirs."""
    return [Scenario(story, plan) for story in names for plan in plans.of(story)]


def without_crash(workers: Workers, scenarios: Sequence[Scenario], done: Done) -> list[Outcome]:
    """These scenarios, with their crash points; without those whose plan found nothing to strike.

    scenarios: without crashes; of each story also the one without faults.
    """
    outcomes = workers.run(scenarios, done, points=True)
    plain = {
        outcome.scenario.story: outcome.hash for outcome in outcomes if outcome.scenario.plan == plans.NONE
    }
    # What strikes and changes nothing stays: a crash may bring it out. So does what is about restarts.
    always = {plans.NONE, *plans.TERMINAL}
    return [
        outcome
        for outcome in outcomes
        if outcome.scenario.plan in always or outcome.struck or outcome.hash != plain[outcome.scenario.story]
    ]


def one_crash(base: Iterable[Outcome]) -> list[Scenario]:
    """A crash at every distinct point of these runs; after their last crash, if they had one."""
    return [
        outcome.scenario.crashing(point)
        for outcome in base
        for place in outcome.points
        for point in place.spellings()
    ]


def some_first(single: Sequence[Scenario], seed: int) -> list[Scenario]:
    """A sample of single crashes, to be followed by a second one."""
    return list(single[seed % FIRST_EVERY :: FIRST_EVERY])


def some_second(first: Iterable[Outcome], seed: int) -> list[Scenario]:
    """Another crash after the last of each of these runs, at a few points: in the recovery, or later."""
    dice = random.Random(seed)  # noqa: S311 - a choice to be repeated, not a secret
    found: list[Scenario] = []
    for outcome in first:
        after = one_crash([outcome]) if outcome.crashes else []
        found += after if len(after) <= SECOND_EACH else dice.sample(after, SECOND_EACH)
    return found


def mixtures(base: Sequence[Outcome], runs: int, seed: int) -> list[Scenario]:
    """Random mixtures of up to two plans and three crashes: the same ones for the same seed."""
    dice = random.Random(seed)  # noqa: S311 - a choice to be repeated, not a secret
    longest = {
        outcome.scenario.story: outcome.point_count for outcome in base if outcome.scenario.plan == plans.NONE
    }
    return [_mixture(dice, longest) for _ in range(runs)]


def _mixture(dice: random.Random, longest: dict[str, int]) -> Scenario:
    story = dice.choice(sorted(longest))
    chosen = sorted({dice.choice(plans.of(story)) for _ in range(2)})
    parts = [part for plan in chosen for part in plan.split("+")]
    kinds = {re.split("[:@/]", part)[0]: part for part in parts}
    scenario = Scenario(story, "+".join(kinds.values()))
    for _ in range(dice.randint(0, MOST_CRASHES)):
        # After a crash the points are counted anew, and most of interest are in the recovery.
        reach = longest[story] if scenario.crashes == "-" else longest[story] // 2
        scenario = scenario.crashing(f"{dice.randint(1, reach)}{dice.choice('nha')}")
    return scenario
