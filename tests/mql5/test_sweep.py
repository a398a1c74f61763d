"""The officer dies at every step under every fault, and is right in the end."""

import pytest
from typer.testing import CliRunner

from mql5.simulator import plans, sweep
from mql5.simulator.campaign import Campaign
from mql5.simulator.scenarios import Outcome, Point, Scenario
from mql5.simulator.simulator import executable
from mql5.simulator.sweep import Tally
from mql5.simulator.workers import Workers
from scripts.tools.cli import app


@pytest.fixture(scope="module")
def workers() -> Workers:
    return Workers(executable())


@pytest.fixture(scope="module")
def base(workers: Workers) -> list[Outcome]:
    return Campaign(workers, Tally()).without_crash()


def failures(tally: Tally) -> list[str]:
    return [f"{outcome.scenario.line}: {outcome.failures[0]}" for outcome in tally.failed]


@pytest.mark.timeout(600)
def test_one_crash_anywhere_under_any_fault_loses_and_doubles_nothing(
    workers: Workers, base: list[Outcome]
) -> None:
    tally = Tally()
    tally.add(base)
    Campaign(workers, tally).single_crashes(base)
    assert failures(tally) == []
    assert tally.scenarios > 20_000


def test_two_crashes_and_mixed_faults_lose_and_double_nothing(workers: Workers, base: list[Outcome]) -> None:
    tally = Tally()
    Campaign(workers, tally, seed=3).mixtures(base, 500)
    assert failures(tally) == []


def test_the_same_seed_gives_the_same_trace(workers: Workers, base: list[Outcome]) -> None:
    hashes = set()
    for _ in range(2):
        tally = Tally()
        Campaign(workers, tally, seed=5).mixtures(base, 100)
        hashes.add(tally.trace_hash)
    assert len(hashes) == 1
    other = Tally()
    Campaign(workers, other, seed=6).mixtures(base, 100)
    assert other.trace_hash not in hashes


def test_every_story_trades_and_every_plan_changes_one(base: list[Outcome], workers: Workers) -> None:
    assert {outcome.scenario.story for outcome in base} == set(sweep.stories(workers))
    # A plan that changes nothing anywhere would be one that nobody tests.
    assert {outcome.scenario.plan for outcome in base} == set(plans.ALL)


def test_a_second_crash_is_counted_from_the_restart() -> None:
    first = Outcome(Scenario("market", "none", "7"), (), "", 1, 9, (Point(3, "web.sent", False),))
    assert [scenario.crashes for scenario in sweep.second_crash([first], None, 0)] == ["7,3"]


def test_unflushed_bytes_may_be_lost_torn_or_kept() -> None:
    assert Point(4, "order.accepted", True).spellings() == ["4", "4h", "4a"]
    assert Point(4, "order.accepted", False).spellings() == ["4"]


def test_a_scenario_that_kills_the_simulator_is_a_failure_and_the_others_still_run(workers: Workers) -> None:
    scenarios = [Scenario("market", "none"), Scenario("market", "no-such-fault"), Scenario("stops", "none")]
    outcomes = workers.run(scenarios, lambda _: None)
    assert [bool(outcome.failures) for outcome in outcomes] == [False, True, False]
    assert "no such fault" in outcomes[1].failures[0][1]


def test_one_line_reproduces_a_scenario(capfd: pytest.CaptureFixture[str]) -> None:
    done = CliRunner().invoke(app, ["sweep", "--reproduce", "market order-late@1/20 40"])
    told = capfd.readouterr()
    assert done.exit_code == 0
    assert '"failures":[]' in told.out
    assert "expert died at" in told.err


def test_what_is_no_scenario_is_said_so() -> None:
    with pytest.raises(ValueError, match="story plan crashes"):
        Scenario.parse("market")
