"""The officer dies at every step under every fault, and is right in the end."""

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mql5.simulator import plans, sweep
from mql5.simulator.campaign import Campaign
from mql5.simulator.scenarios import Outcome, Point, Scenario
from mql5.simulator.sweep import Tally
from mql5.simulator.workers import Workers
from scripts.tools.cli import app

# The one-crash sweep in parts, so that pytest's processes share it out among them.
STORIES = ("busy", "gates", "market", "pending", "stops")
FAULTS = {"server": (plans.NONE, *plans.WEB), "broker": plans.ORDER, "terminal": plans.TERMINAL}
PLANS = {*plans.ALL, *plans.BARS}


@pytest.fixture(scope="module")
def workers(simulator: Path) -> Workers:
    return Workers(simulator, count=1)


@pytest.fixture(scope="module")
def base(workers: Workers) -> list[Outcome]:
    return Campaign(workers, Tally()).without_crash()


def failures(tally: Tally) -> list[str]:
    return [f"{outcome.scenario.line}: {outcome.failures[0]}" for outcome in tally.failed]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("faults", FAULTS)
def test_one_crash_anywhere_loses_and_doubles_nothing(
    workers: Workers, base: list[Outcome], story: str, faults: str
) -> None:
    chosen = [o for o in base if o.scenario.story == story and o.scenario.plan in FAULTS[faults]]
    tally = Tally()
    tally.add(chosen)
    Campaign(workers, tally).single_crashes(chosen)
    assert failures(tally) == []
    assert tally.scenarios == len(chosen) + len(sweep.one_crash(chosen)) > 500


@pytest.mark.timeout(600)
def test_one_crash_anywhere_keeps_no_bar_back_and_disturbs_no_trade(
    workers: Workers, base: list[Outcome]
) -> None:
    chosen = [o for o in base if o.scenario.story == plans.BARS_STORY]
    tally = Tally()
    tally.add(chosen)
    Campaign(workers, tally).single_crashes(chosen)
    assert failures(tally) == []
    assert tally.scenarios == len(chosen) + len(sweep.one_crash(chosen)) > 500


def test_the_parts_of_the_one_crash_sweep_are_all_of_it(base: list[Outcome], workers: Workers) -> None:
    assert sorted([*STORIES, plans.BARS_STORY]) == sorted(sweep.stories(workers))
    assert {o.scenario.plan for o in base if o.scenario.story == plans.BARS_STORY} <= {
        plans.NONE,
        *plans.BARS,
    }
    assert {plan for family in FAULTS.values() for plan in family} == set(plans.ALL)
    assert len(sweep.one_crash(base)) > 40_000


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


def test_a_branch_is_what_its_line_reproduces(workers: Workers) -> None:
    (branches,) = workers.branches([Scenario("market", "order-late@1/20")], lambda _: None)
    assert workers.run([outcome.scenario for outcome in branches], lambda _: None) == [
        *branches[:-1],
        without_points(branches[-1]),
    ]


def test_branches_of_a_crash_are_the_second_ones(workers: Workers) -> None:
    first = Scenario("market", "none", "30")
    (branches,) = workers.branches([first], lambda _: None)
    assert {outcome.crashes for outcome in branches[:-1]} == {2}
    assert [outcome.scenario for outcome in branches[:-1]] == sweep.one_crash(branches[-1:])


def without_points(outcome: Outcome) -> Outcome:
    return replace(outcome, points=())


def test_every_plan_changes_a_story_but_those_the_officer_takes_no_notice_of(base: list[Outcome]) -> None:
    plain = {o.scenario.story: o.hash for o in base if o.scenario.plan == plans.NONE}
    changing = {o.scenario.plan for o in base if o.hash != plain[o.scenario.story]}
    # A plan that changes nothing anywhere would be one that nobody tests; of these, that is what is tested.
    unnoticed = {
        "order-commentless@1x99",
        "order-bare@1x99",
        "clock-jump@6/3600",
        "clock-jump@6/-7200",
        "in-both",
        "reboot",
    }
    after_a_restart = {"positions-late/4"}
    assert PLANS - changing == {plans.NONE} | unnoticed | after_a_restart


def test_positions_that_come_late_change_what_follows_a_restart(workers: Workers) -> None:
    crashed = [Scenario("market", plan, "60") for plan in (plans.NONE, "positions-late/4")]
    plain, changed = workers.run(crashed, lambda _: None)
    assert plain.hash != changed.hash


def test_a_second_crash_is_counted_from_the_restart() -> None:
    first = Outcome(Scenario("market", "none", "7"), (), "", 1, 9, points=(Point(3, "web.sent", False),))
    assert [scenario.crashes for scenario in sweep.some_second([first], 0)] == ["7,3"]


def test_unflushed_bytes_may_be_lost_torn_or_kept() -> None:
    assert Point(4, "order.accepted", True).spellings() == ["4", "4h", "4a"]
    assert Point(4, "order.accepted", False).spellings() == ["4"]


def test_a_scenario_that_kills_the_simulator_is_a_failure_and_the_others_still_run(workers: Workers) -> None:
    scenarios = [Scenario("market", "none"), Scenario("market", "no-such-fault"), Scenario("stops", "none")]
    outcomes = workers.run(scenarios, lambda _: None)
    assert [bool(outcome.failures) for outcome in outcomes] == [False, True, False]
    assert "no such fault" in outcomes[1].failures[0][1]


@pytest.mark.usefixtures("simulator")
def test_one_line_reproduces_a_scenario(capfd: pytest.CaptureFixture[str]) -> None:
    done = CliRunner().invoke(app, ["sweep", "--reproduce", "market order-late@1/20 40"])
    told = capfd.readouterr()
    assert done.exit_code == 0
    assert '"failures":[]' in told.out
    assert "expert died at" in told.err


def test_what_is_no_scenario_is_said_so() -> None:
    with pytest.raises(ValueError, match="story plan crashes"):
        Scenario.parse("market")
