"""Parameters are checked where a strategy is registered, and the window follows from them."""

from typing import Any

import pytest

from functions.contract.problems import Problem
from functions.generator.strategies.registry import STRATEGIES, required_bars
from tests.generator.bars import PARAMETERS, WINDOW


def test_every_strategy_is_found_by_its_kind() -> None:
    assert {kind: strategy.kind for kind, strategy in STRATEGIES.items()} == {
        kind: kind
        for kind in (
            "bollinger_squeeze",
            "donchian_breakout",
            "ema_cross",
            "macd_cross",
            "rsi_reversion",
            "trend_pullback",
        )
    }


def test_the_bars_a_strategy_needs_follow_from_its_parameters() -> None:
    assert required_bars("ema_cross", PARAMETERS) == WINDOW


def test_no_parameters_need_more_bars_than_a_ledger_gives() -> None:
    most = required_bars("ema_cross", PARAMETERS | {"slow_bars": 200, "atr_bars": 200})
    assert most == 4001


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"fast_bars": 5}, "as a whole"),
        ({"fast_bars": 1}, "fast_bars"),
        ({"slow_bars": 201}, "slow_bars"),
        ({"atr_bars": 2.5}, "atr_bars"),
        ({"atr_bars": True}, "atr_bars"),
        ({"stop_distance_atr": "0"}, "stop_distance_atr"),
        ({"stop_distance_atr": 2.5}, "stop_distance_atr"),
        ({"reward_to_risk": "NaN"}, "reward_to_risk"),
        ({"half_strength_atr": "-0.1"}, "half_strength_atr"),
        ({"sides": "long"}, "sides"),
        ({"valid_bars": 0}, "valid_bars"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_parameters_that_do_not_fit_are_refused_by_name(changes: dict[str, Any], place: str) -> None:
    with pytest.raises(Problem) as caught:
        required_bars("ema_cross", PARAMETERS | changes)
    assert caught.value.code == "strategy_parameters_invalid"
    assert f"({place})" in caught.value.detail


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_no_parameter_has_a_default(name: str) -> None:
    with pytest.raises(Problem, match="strategy_parameters_invalid"):
        required_bars("ema_cross", {key: value for key, value in PARAMETERS.items() if key != name})


def test_an_unknown_kind_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Problem) as caught:
        required_bars("astrology", {})
    assert caught.value.code == "strategy_parameters_invalid"
    assert "ema_cross" in caught.value.hint
