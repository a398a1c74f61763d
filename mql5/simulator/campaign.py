"""The phases of a sweep, each run on all cores with its progress shown."""

from __future__ import annotations

from mql5.simulator import plans, sweep
from mql5.simulator.progress import counting
from mql5.simulator.scenarios import Outcome, Scenario
from mql5.simulator.sweep import Tally
from mql5.simulator.workers import Workers


class Campaign:
    """Runs phases of a sweep into one tally."""

    def __init__(self, workers: Workers, tally: Tally, seed: int = 0) -> None:
        self.workers = workers
        self.tally = tally
        self.seed = seed

    def without_crash(self) -> list[Outcome]:
        """Every story under every fault plan, nobody dying; with the crash points there are."""
        with counting(len(sweep.stories(self.workers)) * len(plans.ALL), "faults without a crash") as done:
            outcomes = sweep.without_crash(self.workers, done)
        self.tally.add(outcomes)
        return outcomes

    def single_crashes(self, base: list[Outcome]) -> list[Scenario]:
        """A crash at every distinct point of these runs; answers the scenarios that were run."""
        scenarios = sweep.one_crash(base)
        self._run(scenarios, "one crash")
        return scenarios

    def pairs(self, single: list[Scenario], *, exhaustive: bool) -> None:
        """Second crashes after first ones: a sample, or all."""
        first, each = (single, None) if exhaustive else sweep.pairs(single, self.seed)
        for at in range(0, len(first), sweep.AT_A_TIME):
            some = first[at : at + sweep.AT_A_TIME]
            with counting(len(some), f"first crashes from {at} of {len(first)}") as done:
                outcomes = self.workers.run(some, done, points=True)
            self._run(sweep.second_crash(outcomes, each, self.seed), "two crashes")

    def mixtures(self, base: list[Outcome], runs: int) -> None:
        """Random mixtures of two plans and up to three crashes."""
        self._run(sweep.mixtures(base, runs, self.seed), "random mixtures")

    def _run(self, scenarios: list[Scenario], what: str) -> None:
        with counting(len(scenarios), what) as done:
            self.tally.add(self.workers.run(scenarios, done))
