"""Stops, targets and ways out on drawn bars, with numbers one can check by hand."""

from decimal import Decimal
from typing import Any

import pytest

from functions.contract.bar import closed_at
from functions.generator.strategies.exits import Exits, Ranges, exits
from functions.generator.strategies.stops import AtrStop, SwingStop, stop_price, target_price
from functions.generator.strategies.trading import crossed, saturating
from tests.generator.bars import hourly
from tests.generator.recipes import NO_EXITS

# Each bar reaches 0.0005 beyond its close and the one before it.
RISING = hourly(["1.1000", "1.1010", "1.1020", "1.1030"])
FALLING = hourly(["1.1030", "1.1020", "1.1010", "1.1000"])
ATR = Decimal("0.002")
STEADY = Ranges(now=ATR, before=ATR)


def rules(**changes: Any) -> Exits:
    return Exits.model_validate(NO_EXITS | changes)


def trailing(bars: Any, ranges: Ranges, *, window_bars: int = 2) -> list[tuple[str | None, Decimal | None]]:
    found = exits(
        rules(trailing_stop={"window_bars": window_bars, "distance_atr": "1.5"}),
        bars,
        ranges,
        ("buy", "sell"),
        4,
    )
    return [(one.side, one.stop_loss) for one in found]


def test_an_atr_stop_lies_so_many_ranges_from_the_close() -> None:
    rule = AtrStop(kind="atr", distance_atr=Decimal("2.5"))
    assert stop_price(rule, "buy", RISING, ATR, 4) == Decimal("1.0980")
    assert stop_price(rule, "sell", RISING, ATR, 4) == Decimal("1.1080")


def test_a_swing_stop_lies_beyond_the_extreme_of_the_last_bars() -> None:
    rule = SwingStop(kind="swing", bars=3, buffer_atr=Decimal("0.5"))
    # Lows of the last three: 1.0995, 1.1005, 1.1015; highs: 1.1015, 1.1025, 1.1035; half a range beyond.
    assert stop_price(rule, "buy", RISING, ATR, 4) == Decimal("1.0985")
    assert stop_price(rule, "sell", RISING, ATR, 4) == Decimal("1.1045")


def test_a_target_lies_a_multiple_of_the_stop_the_other_way() -> None:
    assert target_price(Decimal("1.1"), Decimal("1.09"), Decimal("1.5"), 4) == Decimal("1.115")
    assert target_price(Decimal("1.1"), Decimal("1.11"), Decimal(2), 4) == Decimal("1.08")
    assert target_price(Decimal("1.1"), Decimal("1.11"), None, 4) is None


def test_a_trailing_stop_follows_the_price_on_the_side_it_moves_to() -> None:
    # The highest high of two bars, 1.1035, minus 1.5 * 0.002; the other side's stop moved away from it.
    assert trailing(RISING, STEADY) == [("buy", Decimal("1.1005"))]
    assert trailing(FALLING, STEADY) == [("sell", Decimal("1.1025"))]


def test_a_trailing_stop_that_did_not_move_says_nothing() -> None:
    assert trailing(hourly(["1.1", "1.1", "1.1", "1.1"]), STEADY) == []


def test_a_trailing_stop_beyond_the_price_says_nothing() -> None:
    assert trailing(RISING, Ranges(now=Decimal("0.0001"), before=ATR)) == []


def test_an_exit_by_age_counts_bars_and_means_both_sides() -> None:
    [found] = exits(rules(max_age_bars=3), RISING, STEADY, ("buy",), 4)
    assert (found.action, found.side, found.purpose) == ("close", None, "time_exit")
    assert found.opened_before == closed_at(RISING[0])


def test_without_rules_there_are_no_exits() -> None:
    assert list(exits(rules(), RISING, STEADY, ("buy", "sell"), 4)) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, 1),
        ({"max_age_bars": 24}, 25),
        ({"trailing_stop": {"window_bars": 10, "distance_atr": "3"}}, 11),
        ({"max_age_bars": 5, "trailing_stop": {"window_bars": 10, "distance_atr": "3"}}, 11),
    ],
)
def test_exits_declare_how_many_bars_they_look_at(changes: dict[str, Any], expected: int) -> None:
    assert rules(**changes).window_bars == expected


@pytest.mark.parametrize(
    ("values", "side"),
    [
        (["-1", "1"], "buy"),
        (["1", "-1"], "sell"),
        (["-1", "0", "1"], "buy"),
        (["1", "0", "1"], None),
        (["1", "0", "0", "-1"], "sell"),
        (["1", "0"], None),
        (["0", "1"], None),
        (["0", "0"], None),
        (["-1", "1", "2"], None),
    ],
)
def test_a_cross_is_a_change_of_sides_and_zero_is_no_side(values: list[str], side: str | None) -> None:
    assert crossed([Decimal(value) for value in values]) == side


@pytest.mark.parametrize(
    ("value", "strength"), [("0", "0"), ("0.1", "0.5"), ("0.3", "0.75"), ("9999999", "1")]
)
def test_strength_is_half_at_the_named_value_and_never_above_one(value: str, strength: str) -> None:
    assert saturating(Decimal(value), Decimal("0.1")) == Decimal(strength)
