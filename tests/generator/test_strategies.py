"""What is true of every strategy: on real bars, whatever its kind."""

from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from functions.contract.bar import Bar
from functions.generator.strategies.base import Proposal
from functions.generator.strategies.registry import STRATEGIES, parsed_parameters, required_bars
from tests.generator.bars import real_eurusd
from tests.generator.recipes import NO_EXITS, RECIPES, recipe

KINDS = sorted(STRATEGIES)
EXITS = {
    "trailing_stop": {"window_bars": 10, "distance_atr": "3"},
    "max_age_bars": 24,
    "opposite": "close",
}
# A strategy with exits has all of them in its parameters; the oldest strategy only has its stops.
LEAVING = [kind for kind in KINDS if "exits" in RECIPES[kind]]


def proposed(kind: str, bars: Sequence[Bar], **changes: Any) -> Sequence[Proposal]:
    """What the strategy makes of exactly the last bars it declares."""
    strategy = STRATEGIES[kind]
    parameters = parsed_parameters(strategy, recipe(kind, **changes))
    return strategy.propose(bars[-parameters.warm_up_bars :], parameters)


@cache
def on_real_bars(kind: str, **changes: Any) -> tuple[Sequence[Proposal], ...]:
    """What it makes of each of 1,500 real bars."""
    options = {"exits": EXITS} if changes.get("leaving") else {}
    bars = real_eurusd()
    return tuple(proposed(kind, bars[:end], **options) for end in range(2500, 4000))


def entries(found: Sequence[Sequence[Proposal]]) -> list[Proposal]:
    return [one for each in found for one in each if one.purpose == "entry" and one.action == "open"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_recipe_here(kind: str) -> None:
    assert required_bars(kind, RECIPES[kind]) > 1


@pytest.mark.parametrize("kind", KINDS)
def test_real_bars_make_it_enter_both_ways_now_and_then(kind: str) -> None:
    found = entries(on_real_bars(kind))
    sides = [one.side for one in found]
    assert 1500 / 300 < len(found) < 1500 / 5, f"{kind} entered {len(found)} times in 1,500 bars"
    assert min(sides.count("buy"), sides.count("sell")) > len(found) / 5


@pytest.mark.parametrize("kind", KINDS)
def test_every_entry_has_its_stop_and_target_on_the_right_sides(kind: str) -> None:
    for one in entries(on_real_bars(kind)):
        assert one.entry_price is not None
        assert one.stop_loss is not None
        assert one.take_profit is not None
        low, high = sorted((one.stop_loss, one.take_profit))
        assert 0 < low < one.entry_price < high
        assert (one.stop_loss == low) == (one.side == "buy")


@pytest.mark.parametrize("kind", KINDS)
def test_strength_lies_between_nothing_and_certainty(kind: str) -> None:
    strengths = {one.strength for one in entries(on_real_bars(kind))}
    assert min(strengths) >= 0
    assert max(strengths) <= 1
    assert len(strengths) > 1


@pytest.mark.parametrize("kind", KINDS)
def test_indicators_fit_the_contract(kind: str) -> None:
    numbers = [value for one in entries(on_real_bars(kind)) for value in one.indicators.values()]
    assert numbers
    assert all(isinstance(value, Decimal) and value == round(value, 10) for value in numbers)


@pytest.mark.parametrize("kind", LEAVING)
def test_exits_change_no_entry(kind: str) -> None:
    assert entries(on_real_bars(kind, leaving=True)) == entries(on_real_bars(kind))


@pytest.mark.parametrize("kind", LEAVING)
def test_a_bar_gives_at_most_one_signal_for_each_purpose_and_side(kind: str) -> None:
    for each in on_real_bars(kind, leaving=True):
        names = [(one.purpose, one.side if one.purpose != "entry" else None) for one in each]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("kind", LEAVING)
def test_an_entry_comes_after_the_close_of_what_is_held_against_it(kind: str) -> None:
    found = [each for each in on_real_bars(kind, leaving=True) if entries([each])]
    assert found
    for each in found:
        [opening] = entries([each])
        assert each[-1] == opening
        assert (each[-2].purpose, each[-2].action) == ("opposite_exit", "close")
        assert {opening.side, each[-2].side} == {"buy", "sell"}


@pytest.mark.parametrize("kind", LEAVING)
def test_a_side_that_is_not_traded_only_closes(kind: str) -> None:
    bars = real_eurusd()
    ends = [2500 + at for at, each in enumerate(on_real_bars(kind)) if entries([each])][:20]
    for end in ends:
        [both] = entries([proposed(kind, bars[:end])])
        one_way = proposed(kind, bars[:end], sides="buy", exits=NO_EXITS | {"opposite": "close"})
        acted = [(one.action, one.side) for one in one_way]
        expected = [("close", "sell"), ("open", "buy")] if both.side == "buy" else [("close", "buy")]
        assert acted == expected


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "ema_cross"])
@pytest.mark.parametrize("name", ["atr_bars", "stop", "reward_to_risk", "sides", "exits", "valid_bars"])
def test_no_common_parameter_has_a_default(kind: str, name: str) -> None:
    without = {key: value for key, value in RECIPES[kind].items() if key != name}
    with pytest.raises(Exception, match="strategy_parameters_invalid"):
        required_bars(kind, without)
