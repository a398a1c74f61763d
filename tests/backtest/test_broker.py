"""The broker: at what price and when a position is opened and closed, worst case first."""

from decimal import Decimal
from typing import Any

import pytest

from functions.contract.scalars import Side
from scripts.tools.backtest.engine.setup import Costs
from tests.backtest.worlds import HOUR, T0, bar, broker, flat, order

LONG: dict[str, Any] = {"stop_loss": Decimal("1.09800"), "take_profit": Decimal("1.10300")}
SHORT: dict[str, Any] = {"side": "sell", "stop_loss": Decimal("1.10200"), "take_profit": Decimal("1.09700")}


def test_buys_open_at_the_ask_and_close_at_the_bid() -> None:
    made = broker(flat(0))

    made.open(order(), T0)
    made.close(1, T0)

    (trade,) = made.book.trades
    assert (trade.open_price, trade.close_price) == (Decimal("1.10010"), Decimal("1.10000"))
    assert (trade.profit, trade.reason, made.book.balance) == (Decimal("-1.00"), "expert", Decimal("9999.00"))


def test_sells_open_at_the_bid_and_close_at_the_ask() -> None:
    made = broker(flat(0))

    made.open(order(side="sell"), T0)
    made.close(1, T0)

    (trade,) = made.book.trades
    assert (trade.open_price, trade.close_price) == (Decimal("1.10000"), Decimal("1.10010"))
    assert trade.profit == Decimal("-1.00")


@pytest.mark.parametrize(
    ("position", "prices", "reason", "price"),
    [
        # Both within the bar: nobody knows which came first, so it was the stop.
        (LONG, "1.10000 1.10400 1.09700 1.10100", "stop_loss", "1.09800"),
        (LONG, "1.10000 1.10300 1.09801 1.10100", "take_profit", "1.10300"),
        (LONG, "1.10000 1.10299 1.09800 1.10100", "stop_loss", "1.09800"),
        # The first price is beyond the stop or the target: that price is the fill.
        (LONG, "1.09500 1.10400 1.09400 1.10300", "stop_loss", "1.09500"),
        (LONG, "1.10500 1.10600 1.09700 1.10100", "take_profit", "1.10500"),
        # A sold position is closed at the ask, ten points above.
        (SHORT, "1.10000 1.10190 1.09600 1.10100", "stop_loss", "1.10200"),
        (SHORT, "1.10000 1.10189 1.09690 1.10100", "take_profit", "1.09700"),
        (SHORT, "1.10300 1.10400 1.10250 1.10300", "stop_loss", "1.10310"),
        (SHORT, "1.09500 1.09600 1.09400 1.09500", "take_profit", "1.09510"),
    ],
)
def test_a_bar_is_worst_case_first(position: dict[str, Any], prices: str, reason: str, price: str) -> None:
    made = broker(flat(0))
    made.open(order(**position), T0)
    following = bar(prices, hours=1)

    made.jump(following, following.opened_at)
    made.pass_inside(following, following.opened_at + HOUR)

    (trade,) = made.book.trades
    assert (trade.reason, trade.close_price) == (reason, Decimal(price))


def test_a_bar_that_touches_neither_stop_leaves_the_position() -> None:
    made = broker(flat(0))
    made.open(order(**LONG), T0)

    made.pass_inside(bar("1.10000 1.10299 1.09801 1.10200"), T0 + HOUR)

    assert list(made.book.positions) == [1]
    assert made.quote is not None
    assert made.book.equity(made.quote) == Decimal("10019.00")


def test_slippage_worsens_orders_and_stops_but_no_targets() -> None:
    made = broker(flat(0), Costs(slippage_points=3))
    only_target: dict[str, Any] = {"take_profit": Decimal("1.10300")}
    for number, levels in enumerate((LONG, only_target, {}), start=1):
        made.open(order(number, **levels), T0)

    made.pass_inside(bar("1.10000 1.10400 1.09700 1.10100"), T0 + HOUR)
    made.close(3, T0 + HOUR)

    stopped, target, closed = made.book.trades
    assert {trade.open_price for trade in made.book.trades} == {Decimal("1.10013")}
    assert stopped.close_price == Decimal("1.09797")
    assert target.close_price == Decimal("1.10300")
    assert closed.close_price == Decimal("1.10097")
    assert [trade.slippage_cost for trade in made.book.trades] == [
        Decimal("-0.6"),
        Decimal("-0.3"),
        Decimal("-0.6"),
    ]


def test_a_gap_slips_stops_and_no_targets() -> None:
    made = broker(flat(0), Costs(slippage_points=3))
    made.open(order(1, take_profit=Decimal("1.10300")), T0)
    made.open(order(2, side="sell", stop_loss=Decimal("1.10300")), T0)

    made.jump(flat(1, "1.10500"), T0 + HOUR)

    target, stopped = made.book.trades
    assert (target.reason, target.close_price) == ("take_profit", Decimal("1.10500"))
    assert (stopped.reason, stopped.close_price) == ("stop_loss", Decimal("1.10513"))


def test_each_deal_pays_commission_and_each_trade_one_spread() -> None:
    made = broker(flat(0), Costs(commission_per_lot=Decimal("3.5")))

    made.open(order(), T0)
    after_opening = made.book.balance
    made.close(1, T0)

    (trade,) = made.book.trades
    assert after_opening == Decimal("9999.65")
    assert (trade.commission, trade.spread_cost) == (Decimal("-0.70"), Decimal("-1.0"))
    assert trade.net_profit == made.book.balance - 10_000 == Decimal("-1.70")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"stop_loss": Decimal("1.10000")}, "invalid_stops"),
        ({"stop_loss": Decimal("1.10005")}, "stop_loss_too_close"),
        ({"take_profit": Decimal("1.09990")}, "take_profit_too_close"),
        ({"stop_loss": Decimal("1.09999")}, None),
        ({"volume_lots": Decimal("9.10")}, "no_money"),
        ({"volume_lots": Decimal("9.00")}, None),
    ],
)
def test_orders_are_refused_as_the_simulated_broker_refuses_them(
    changes: dict[str, Any], code: str | None
) -> None:
    made = broker(flat(0))

    refusal = made.open(order(**changes), T0)

    assert refusal == code
    assert bool(made.book.positions) == (code is None)


def test_new_stops_replace_those_that_are_named_and_the_risk_stays_the_first_ones() -> None:
    made = broker(flat(0))
    made.open(order(**LONG), T0)

    refusal = made.modify(1, Decimal("1.09900"), None)
    made.pass_inside(bar("1.10000 1.10100 1.09850 1.09900"), T0 + HOUR)

    (trade,) = made.book.trades
    assert refusal is None
    assert (trade.stop_loss, trade.take_profit) == (Decimal("1.09900"), LONG["take_profit"])
    assert (trade.close_price, trade.risk_amount) == (Decimal("1.09900"), Decimal("21.0"))


def test_new_stops_on_the_wrong_side_of_the_price_are_refused() -> None:
    made = broker(flat(0))
    made.open(order(**LONG), T0)

    assert made.modify(1, Decimal("1.10001"), None) == "stop_loss_too_close"
    assert made.book.positions[1].stop_loss == LONG["stop_loss"]


def test_below_half_the_margin_the_worst_position_is_closed_first() -> None:
    made = broker(flat(0), balance=Decimal(1_200))
    made.open(order(1, volume_lots=Decimal("0.50")), T0)
    made.open(order(2, volume_lots=Decimal("0.40")), T0)

    made.pass_inside(bar("1.10000 1.10000 1.09140 1.09150"), T0 + HOUR)

    (trade,) = made.book.trades
    assert (trade.reason, trade.directive_no, trade.close_price) == ("stop_out", 1, Decimal("1.09140"))


@pytest.mark.parametrize(
    ("side", "prices", "closed_at"),
    [
        ("buy", "1.10000 1.10000 1.08900 1.10000", "1.08900"),
        ("sell", "1.10000 1.11000 1.10000 1.10000", "1.11010"),
    ],
)
def test_a_price_within_a_bar_that_the_margin_does_not_outlive_is_where_it_ends(
    side: Side, prices: str, closed_at: str
) -> None:
    made = broker(flat(0), balance=Decimal(1_200))
    made.open(order(1, side=side, volume_lots=Decimal("0.90")), T0)

    made.pass_inside(bar(prices), T0 + HOUR)

    (trade,) = made.book.trades
    assert (trade.reason, trade.close_price) == ("stop_out", Decimal(closed_at))


@pytest.mark.parametrize(
    ("first_stop", "reasons"),
    [
        # At 1.09140 both together are beyond the level; without the first, closed at its stop, they are not.
        ("1.09500", [("stop_loss", "1.09500")]),
        (None, [("stop_out", "1.09140")]),
    ],
)
def test_stops_before_the_worst_price_leave_first(
    first_stop: str | None, reasons: list[tuple[str, str]]
) -> None:
    made = broker(flat(0), balance=Decimal(1_200))
    stop_loss = None if first_stop is None else Decimal(first_stop)
    made.open(order(1, volume_lots=Decimal("0.50"), stop_loss=stop_loss), T0)
    made.open(order(2, volume_lots=Decimal("0.40")), T0)

    made.pass_inside(bar("1.10000 1.10000 1.09140 1.09500"), T0 + HOUR)

    assert [(one.reason, str(one.close_price)) for one in made.book.trades] == reasons


def test_who_is_stopped_out_at_the_worst_price_meets_no_target_after_it() -> None:
    made = broker(flat(0), balance=Decimal(1_200))
    made.open(order(1, volume_lots=Decimal("0.90"), take_profit=Decimal("1.10500")), T0)

    made.pass_inside(bar("1.10000 1.11000 1.08900 1.11000"), T0 + HOUR)

    assert [one.reason for one in made.book.trades] == ["stop_out"]


def test_a_night_credits_swap_and_wednesdays_night_three() -> None:
    made = broker(flat(0), Costs(swap_long_per_lot=Decimal("-6.5"), swap_short_per_lot=Decimal(2)))
    made.open(order(1), T0)
    made.open(order(2, side="sell"), T0)

    for day in range(1, 8):
        made.jump(flat(24 * day), T0 + day * 24 * HOUR)

    # Monday, Tuesday, three for Wednesday, Thursday, Friday: seven nights in a week.
    assert made.book.positions[1].swap == 7 * Decimal("-0.65")
    assert made.book.positions[2].swap == 7 * Decimal("0.20")


def test_a_position_opened_at_the_first_price_after_midnight_was_not_there_for_the_night() -> None:
    # An hour ahead of UTC, midnight of the server is T0 + 15 hours.
    made = broker(flat(14), Costs(swap_long_per_lot=Decimal(-10)), server_time_offset_seconds=3600)

    made.jump(flat(15), T0 + 15 * HOUR)
    made.open(order(), T0 + 15 * HOUR)
    made.jump(flat(16), T0 + 16 * HOUR)
    first_night = made.book.positions[1].swap
    made.jump(flat(39), T0 + 39 * HOUR)

    assert first_night == 0
    assert made.book.positions[1].swap == Decimal("-1.00")
