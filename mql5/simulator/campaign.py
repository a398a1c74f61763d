"""The phases of a sweep, each run on all cores with its progress shown."""

from __future__ import annotations

from collections.abc import Sequence

from mql5.simulator import sweep
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

    def without_crash(self, scenarios: Sequence[Scenario] | None = None) -> list[Outcome]:
        """These or all stories under every fault plan, nobody dying; with the crash points there are."""
        chosen = scenarios or sweep.scenarios_without_crash(sweep.stories(self.workers))
        with counting(len(chosen), "faults without a crash") as done:
            outcomes = sweep.without_crash(self.workers, chosen, done)
        self.tally.add(outcomes)
        return outcomes

    def single_crashes(self, base: Sequence[Outcome]) -> None:
        """A crash at every distinct point of these runs."""
        runs = [outcome.scenario for outcome in base]
        with counting(len(runs), "runs, with a crash at every point of them") as done:
            for *branches, _ in self.workers.branches(runs, done):
                self.tally.add(branches)

    def some_pairs(self, base: Sequence[Outcome]) -> None:
        """Second crashes after first ones: a sample, chosen by the seed."""
        first = sweep.some_first(sweep.one_crash(base), self.seed)
        with counting(len(first), "first crashes") as done:
            outcomes = self.workers.run(first, done, points=True)
        self._run(sweep.some_second(outcomes, self.seed), "two crashes")

    def every_pair(self, first: Sequence[Scenario], begin: int) -> int:
        """All second crashes after all of these first ones from `begin` on, and the first ones themselves.

        Returns:
            The number of the first crash to go on from: all of them, or where Ctrl-C has ended it.
        """
        at = begin
        with counting(len(first) - begin, f"first crashes from {begin} on, with every second one") as done:
            try:
                for outcomes in self.workers.branches(first[begin:], done):
                    self.tally.add(outcomes)
                    at += 1
            except KeyboardInterrupt:
                return at
        return at

    def mixtures(self, base: Sequence[Outcome], runs: int) -> None:
        """Random mixtures of two plans and up to three crashes."""
        self._run(sweep.mixtures(base, runs, self.seed), "random mixtures")

    def _run(self, scenarios: list[Scenario], what: str) -> None:
        with counting(len(scenarios), what) as done:
            self.tally.add(self.workers.run(scenarios, done))
