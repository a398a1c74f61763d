"""Net exposure by currency and margin: values by hand, each limit just below, at and above."""

from decimal import Decimal
from typing import Any

import pytest

from functions.contract.decision import ProposedDecision
from functions.director.decide import decide
from tests.director.cases import AT, closing_signal, context, exposure, holding, signal

# EURJPY at 165: a tick of 0.001 of one lot is 100 JPY, here 0.66 USD; half a lot is worth
# 0.5 * 165 / 0.001 * 0.66 = 54,450 USD.
YEN: dict[str, Any] = {"symbol": "EURJPY", "price": "165", "tick_size": "0.001", "tick_value": "0.66"}
SELL: dict[str, Any] = {"side": "sell", "stop_loss": "1.102", "take_profit": "1.097"}


def decided(
    holdings: list[dict[str, Any]], *, made: dict[str, Any] | None = None, **account: Any
) -> ProposedDecision:
    """A decision on EURUSD at 1.1, sized to half a lot: 0.5 * 1.1 / 0.00001 * 1 = 55,000 USD."""
    return decide(signal(**made or {}), context(holdings=holdings, **account), AT)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [("5.5001", "issued"), ("5.5", "issued"), ("5.4999", "max_net_exposure_currency")],
)
def test_the_first_position_is_exposed_by_its_own_value(limit: str, expected: str) -> None:
    # 55,000 USD are 5.5 times the equity.
    assert decided([], limits={"max_net_exposure_currency": limit}).reason == expected


@pytest.mark.parametrize(
    ("limit", "expected"),
    [("10.9451", "issued"), ("10.945", "issued"), ("10.9449", "max_net_exposure_currency")],
)
def test_eurusd_and_eurjpy_both_count_euros(limit: str, expected: str) -> None:
    # 55,000 + 54,450 = 109,450 USD worth of EUR, 10.945 times the equity.
    decision = decided([holding(1, **YEN)], limits={"max_net_exposure_currency": limit})
    assert decision.reason == expected
    assert (decision.numbers["net_exposure_currency"], decision.numbers["net_exposure"]) == ("EUR", "109450")


def test_what_is_sold_is_set_off_against_what_is_bought() -> None:
    # EUR: 55,000 - 54,450 = 550; USD: -55,000.
    decision = decided([holding(1, **YEN, side="sell")], limits={"max_net_exposure_currency": "6"})
    assert (decision.numbers["net_exposure_currency"], decision.numbers["net_exposure"]) == ("USD", "-55000")


def test_a_currency_that_the_signal_does_not_touch_is_not_its_fault() -> None:
    gold = holding(1, symbol="XAUGBP", price="2000", tick_size="0.01", tick_value="1.25", volume_lots="5")
    assert decided([gold], limits={"max_net_exposure_currency": "5.5"}).reason == "issued"


def test_the_sell_of_a_pair_holds_its_quote_currency() -> None:
    # Sold euros are owed: -55,000 - 54,450.
    sold = decided([holding(1, **YEN, side="sell")], made=SELL, limits={"max_net_exposure_currency": "20"})
    assert (sold.numbers["net_exposure_currency"], sold.numbers["net_exposure"]) == ("EUR", "-109450")


def test_what_is_reversed_is_no_longer_exposure() -> None:
    reversing = decided(
        [holding(3)],
        made=SELL,
        exposures=[exposure(3)],
        limits={"opposite_positions": "reverse", "max_net_exposure_currency": "5.5"},
    )
    assert reversing.reason == "issued"
    assert Decimal(str(reversing.numbers["net_exposure"])) == Decimal(-55000)


@pytest.mark.parametrize("unknown", ["price", "tick_size", "tick_value"])
@pytest.mark.parametrize(
    "limits",
    [{"max_net_exposure_currency": "100"}, {"max_margin_use": "1"}, {"max_open_positions_currency": 9}],
)
def test_a_limit_of_money_declines_what_cannot_be_valued(unknown: str, limits: dict[str, Any]) -> None:
    reason = decided([holding(1, **{unknown: None})], limits=limits).reason
    assert reason == ("issued" if "max_open_positions_currency" in limits else "holding_unpriced")


@pytest.mark.parametrize(
    ("limit", "expected"),
    [("0.0851", "issued"), ("0.085", "issued"), ("0.0849", "max_margin_use")],
)
def test_margin_after_the_open_stays_within_its_share_of_equity(limit: str, expected: str) -> None:
    # 300 in use and 55,000 / 100 = 550 more: 850 of 10,000.
    decision = decided([holding(1)], state={"margin": "300"}, limits={"max_margin_use": limit})
    assert decision.reason == expected
    assert (decision.numbers["margin"], decision.numbers["margin_after"]) == ("300", "850")


@pytest.mark.parametrize(
    ("changes", "margin_after"),
    [
        ({"state": "reserved"}, "1100"),
        ({"changed_at": "2026-01-05T14:00:00.000001Z"}, "1100"),
        ({"changed_at": "2026-01-05T14:00:00Z"}, "550"),
    ],
)
def test_margin_that_the_last_sync_cannot_know_of_is_added(
    changes: dict[str, Any], margin_after: str
) -> None:
    # The officer reported at 14:00:00.
    decision = decided([holding(1, **changes)], limits={"max_margin_use": "1"})
    assert decision.numbers["margin_after"] == margin_after


def test_margin_is_recorded_no_smaller_than_it_is() -> None:
    # 55,000 / 300 = 183.3 without end.
    decision = decided([], state={"leverage": 300}, limits={"max_margin_use": "1"})
    assert decision.numbers["margin_after"] == "183.3333333334"


def test_no_limit_of_money_keeps_a_position_from_being_closed() -> None:
    full = context(
        limits={"max_net_exposure_currency": "0.0001", "max_margin_use": "0.0001"},
        holdings=[holding(1, price=None)],
        exposures=[exposure(1)],
    )
    assert decide(closing_signal(), full, AT).outcome == "issued"


def test_an_allocation_is_the_part_of_equity_that_is_sized_from() -> None:
    decision = decide(signal(), context(subscription={"allocation": "0.3"}), AT)
    assert (decision.numbers["allocation"], decision.numbers["risk_amount"]) == ("0.3", "30")
    assert decision.directives[0].volume_lots == Decimal("0.15")
