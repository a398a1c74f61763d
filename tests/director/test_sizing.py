"""Sizes computed by hand, and the bounds no size may break."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.director.sizing import Sizing, size


def sized(**changes: str) -> Sizing:
    """1 % of 10,000 USD on EURUSD (a tick of one lot is 1 USD) with a stop 20 pips away, changed as given."""
    numbers = {
        "equity": "10000",
        "risk_per_trade": "0.01",
        "risk_multiplier": "1",
        "entry_price": "1.1",
        "stop_loss": "1.098",
        "tick_size": "0.00001",
        "tick_value": "1",
        "volume_step_lots": "0.01",
        "volume_max_lots": "100",
    }
    return size(**{name: Decimal(value) for name, value in (numbers | changes).items()})


def test_one_percent_of_ten_thousand_over_twenty_pips_is_half_a_lot() -> None:
    # 100 USD of risk; 0.002 / 0.00001 = 200 ticks of 1 USD are 200 USD a lot; 100 / 200 = 0.5.
    assert sized() == Sizing(
        risk_amount=Decimal(100),
        stop_distance=Decimal("0.002"),
        loss_per_lot=Decimal(200),
        volume_raw_lots=Decimal("0.5"),
        volume_lots=Decimal("0.5"),
    )


def test_a_sell_is_sized_by_the_same_distance() -> None:
    assert sized(stop_loss="1.102").volume_lots == Decimal("0.5")


def test_a_yen_pair_is_sized_by_its_own_ticks() -> None:
    # USDJPY: 150.000 - 149.700 = 300 ticks of 0.001; one tick of one lot is 100 JPY = 0.66 USD.
    # 300 * 0.66 = 198 USD a lot; 100 / 198 = 0.50505..., cut to 0.50.
    yen = sized(entry_price="150", stop_loss="149.7", tick_size="0.001", tick_value="0.66")
    assert yen.loss_per_lot == Decimal(198)
    assert yen.volume_raw_lots == Decimal("0.5050505050")
    assert yen.volume_lots == Decimal("0.50")


def test_an_index_with_whole_lots_is_cut_to_whole_lots() -> None:
    # 40 points of 1.0 at 1 USD: 40 USD a lot; 100 / 40 = 2.5, cut to 2.
    index = sized(entry_price="17000", stop_loss="16960", tick_size="1", volume_step_lots="1")
    assert index.volume_raw_lots == Decimal("2.5")
    assert index.volume_lots == Decimal(2)


def test_a_tick_larger_than_a_point_counts_whole_ticks_of_money() -> None:
    # Gold with ticks of 0.25 worth 25 USD: 5.00 are 20 ticks, 500 USD a lot; 100 / 500 = 0.2.
    assert sized(
        entry_price="2000", stop_loss="1995", tick_size="0.25", tick_value="25"
    ).volume_lots == Decimal("0.2")


def test_the_multiplier_of_a_subscription_scales_the_risk() -> None:
    assert sized(risk_multiplier="0.5").risk_amount == Decimal(50)
    assert sized(risk_multiplier="0.5").volume_lots == Decimal("0.25")


@pytest.mark.parametrize(
    ("cap", "volume"), [("0.49", "0.49"), ("0.5", "0.5"), ("0.51", "0.5"), ("0.455", "0.45")]
)
def test_a_cap_cuts_and_never_adds(cap: str, volume: str) -> None:
    assert sized(volume_max_lots=cap).volume_lots == Decimal(volume)


@pytest.mark.parametrize(
    ("equity", "volume"), [("9999.99", "0.49"), ("10000", "0.5"), ("10199.99", "0.5"), ("10200", "0.51")]
)
def test_a_volume_just_short_of_a_step_is_not_rounded_up_to_it(equity: str, volume: str) -> None:
    assert sized(equity=equity).volume_lots == Decimal(volume)


@pytest.mark.parametrize("equity", ["0", "-250"])
def test_an_account_without_equity_gets_no_volume(equity: str) -> None:
    assert sized(equity=equity).volume_lots == 0


def test_a_quotient_without_end_loses_nothing_to_rounding() -> None:
    # 1 USD of risk at 3 USD a lot: a third of a lot.
    third = sized(equity="100", entry_price="1.1", stop_loss="1.09997")
    assert third.volume_raw_lots == Decimal("0.3333333333")
    assert third.volume_lots == Decimal("0.33")


def test_a_volume_below_the_minimum_is_left_for_the_caller_to_refuse() -> None:
    assert sized(equity="100", stop_loss="1.08").volume_lots == 0


def decimals(low: str, high: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(low, high, places=places, allow_nan=False, allow_infinity=False)


SIZES = st.fixed_dictionaries(
    {
        "equity": decimals("-1000", "10000000", 2),
        "risk_per_trade": decimals("0.0001", "1", 4),
        "risk_multiplier": decimals("0.01", "10", 2),
        "entry_price": decimals("10", "20", 5),
        "stop_loss": decimals("0.00001", "9.99999", 5),
        "tick_size": st.sampled_from(
            [Decimal("0.00001"), Decimal("0.001"), Decimal("0.25"), Decimal("3e-10")]
        ),
        "tick_value": decimals("0.0000001", "1000", 7),
        "volume_step_lots": st.sampled_from([Decimal("0.01"), Decimal("0.03"), Decimal(1)]),
        "volume_max_lots": decimals("0.01", "1000", 4),
    }
)


@settings(derandomize=True, max_examples=300)
@given(SIZES)
def test_no_size_exceeds_the_risk_the_cap_or_the_step(numbers: dict[str, Any]) -> None:
    volume = size(**numbers).volume_lots
    ticks_of_money = abs(numbers["entry_price"] - numbers["stop_loss"]) * numbers["tick_value"]
    risk = max(numbers["equity"], Decimal(0)) * numbers["risk_per_trade"] * numbers["risk_multiplier"]
    assert volume * ticks_of_money <= risk * numbers["tick_size"]
    assert volume <= numbers["volume_max_lots"]
    assert volume % numbers["volume_step_lots"] == 0
    assert volume >= 0


@settings(derandomize=True, max_examples=300)
@given(SIZES)
def test_one_step_more_would_exceed_the_risk_or_the_cap(numbers: dict[str, Any]) -> None:
    more = size(**numbers).volume_lots + numbers["volume_step_lots"]
    ticks_of_money = abs(numbers["entry_price"] - numbers["stop_loss"]) * numbers["tick_value"]
    risk = max(numbers["equity"], Decimal(0)) * numbers["risk_per_trade"] * numbers["risk_multiplier"]
    assert more * ticks_of_money > risk * numbers["tick_size"] or more > numbers["volume_max_lots"]
