"""A journal that has grown is rewritten: here after every few records, and with a crash at every step."""

from pathlib import Path

import pytest

from mql5.simulator import mutations, plans, sweep
from mql5.simulator.mutations import Mutation
from mql5.simulator.scenarios import Outcome, Scenario
from mql5.simulator.workers import Workers

# The stories are too short for half a megabyte of journal: the limits are lowered, nothing else is changed.
LOWERED = Mutation(
    name="compaction",
    file="Book.mqh",
    find="#define COMPACT_ABOVE_BYTES 524288\n#define COMPACT_GROWTH      4\n",
    replace="#define COMPACT_ABOVE_BYTES 1024\n#define COMPACT_GROWTH      2\n",
)
REWRITTEN = "expert file.move.after"


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Workers:
    folder: Path = tmp_path_factory.mktemp("compaction")
    return Workers(mutations.build_mutant(LOWERED, folder), count=1)


def rewrites(outcome: Outcome) -> int:
    return sum(point.name == REWRITTEN for point in outcome.points)


def ignored(_: int) -> None: ...


def test_a_growing_journal_is_rewritten_whatever_happens_to_the_terminal(workers: Workers) -> None:
    names = sweep.stories(workers)
    scenarios = [Scenario(story, plan) for story in names for plan in (plans.NONE, *plans.TERMINAL)]
    outcomes = workers.run(scenarios, ignored, points=True)
    assert [(o.scenario.line, o.failures) for o in outcomes if o.failures] == []
    # Once at the first start, and then for its size.
    assert min(rewrites(outcome) for outcome in outcomes) > 2


@pytest.mark.parametrize("story", ["market", "busy", "pending"])
def test_a_crash_at_any_step_of_a_rewrite_loses_and_doubles_nothing(workers: Workers, story: str) -> None:
    (outcomes,) = workers.branches([Scenario(story, plans.NONE)], ignored)
    assert [(o.scenario.line, o.failures) for o in outcomes if o.failures] == []
    assert rewrites(outcomes[-1]) > 2  # of those there was a crash before and after each
