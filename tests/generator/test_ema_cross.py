"""The EMA cross on drawn bars: what it finds, what it asks for, and what cannot change its mind."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from functions.contract.bar import Bar
from functions.generator.strategies.base import Proposal
from functions.generator.strategies.ema_cross import EmaCrossParameters, propose
from tests.generator.bars import PARAMETERS, WINDOW, falling_then, hourly, real_eurusd, rising_then


def parameters(**changes: Any) -> EmaCrossParameters:
    return EmaCrossParameters.model_validate(PARAMETERS | changes)


def proposed(bars: Sequence[Bar], **changes: Any) -> Proposal | None:
    found = propose(bars, parameters(**changes))
    assert len(found) <= 1
    return found[0] if found else None


def test_a_cross_up_on_the_last_bar_opens_a_buy() -> None:
    proposal = proposed(falling_then("1.12"))
    assert proposal is not None
    assert (proposal.action, proposal.side, proposal.entry_price) == ("open", "buy", Decimal("1.12"))


def test_a_cross_down_on_the_last_bar_opens_a_sell() -> None:
    proposal = proposed(rising_then("1.08"))
    assert proposal is not None
    assert (proposal.action, proposal.side, proposal.entry_price) == ("open", "sell", Decimal("1.08"))


def test_a_trend_that_goes_on_is_no_cross() -> None:
    assert proposed(falling_then("1.099")) is None
    assert proposed(rising_then("1.101")) is None


def test_a_cross_of_the_bar_before_is_over() -> None:
    later = hourly([bar.close for bar in falling_then("1.12")] + [Decimal("1.121")])
    assert proposed(later[1:]) is None


def test_a_market_that_stands_still_gives_nothing() -> None:
    assert proposed(hourly(["1.1"] * WINDOW)) is None


def test_the_stop_is_a_multiple_of_the_atr_and_the_target_a_multiple_of_the_stop() -> None:
    proposal = proposed(falling_then("1.12"))
    assert proposal is not None
    # The last bar spans 1.0995 to 1.1205, 0.021; those before span 0.002: Wilder's average over two bars is
    # (0.002 + 0.021) / 2 = 0.0115, so 0.023 of risk and 0.046 of reward.
    assert proposal.indicators["atr"] == Decimal("0.0115")
    assert proposal.stop_loss == Decimal("1.097")
    assert proposal.take_profit == Decimal("1.166")


def test_the_stops_of_a_sell_lie_the_other_way() -> None:
    proposal = proposed(rising_then("1.08"))
    assert proposal is not None
    assert proposal.stop_loss == Decimal("1.103")
    assert proposal.take_profit == Decimal("1.034")


def test_prices_have_the_digits_of_the_data() -> None:
    proposal = proposed(falling_then("1.12"), stop_distance_atr="1.2345", reward_to_risk="1.777")
    assert proposal is not None
    # 1.2345 * 0.0115 = 0.01419675, to three digits 0.014; 0.014 * 1.777 = 0.024878, to three 0.025.
    assert proposal.stop_loss == Decimal("1.106")
    assert proposal.take_profit == Decimal("1.145")


def test_no_stop_is_placed_at_or_below_zero() -> None:
    assert proposed(falling_then("1.12"), stop_distance_atr="98") is None


def test_no_stop_is_placed_at_the_entry() -> None:
    assert proposed(falling_then("1.12"), stop_distance_atr="0.01") is None


def test_the_indicators_say_how_the_averages_crossed() -> None:
    proposal = proposed(falling_then("1.12"))
    assert proposal is not None
    numbers = proposal.indicators
    assert numbers["separation_previous"] < 0 < numbers["separation"]
    assert abs(numbers["ema_fast"] - numbers["ema_slow"] - numbers["separation"]) <= Decimal("1e-10")
    assert all(-value.as_tuple().exponent <= 10 for value in numbers.values())  # type: ignore[operator]


def test_the_traded_side_opens_and_the_other_closes_it() -> None:
    up, down = falling_then("1.12"), rising_then("1.08")
    opens, closes = proposed(up, sides="buy"), proposed(down, sides="buy")
    assert opens is not None
    assert closes is not None
    assert (opens.action, opens.side) == ("open", "buy")
    assert (closes.action, closes.side, closes.stop_loss) == ("close", "buy", None)
    sells = proposed(up, sides="sell")
    assert sells is not None
    assert (sells.action, sells.side) == ("close", "sell")


def test_the_same_bars_give_the_same_proposal() -> None:
    assert proposed(falling_then("1.12")) == proposed(falling_then("1.12"))


def test_the_parameters_declare_the_window() -> None:
    assert parameters().warm_up_bars == WINDOW
    assert parameters(atr_bars=14).warm_up_bars == 281
    assert parameters(fast_bars=50, slow_bars=200).warm_up_bars == 2001


def test_the_window_makes_the_seed_of_the_averages_negligible() -> None:
    """The declared window against ten times as much history: the same to nine decimals."""
    import numpy as np
    import talib

    close = np.array([float(bar.close) for bar in real_eurusd()])
    window = parameters(fast_bars=9, slow_bars=21, atr_bars=14).warm_up_bars
    assert abs(talib.EMA(close[-window:], 21)[-1] - talib.EMA(close[-10 * window :], 21)[-1]) < 1e-9
