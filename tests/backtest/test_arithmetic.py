"""Money is computed as the simulated broker computes it: in doubles, rounded half away from zero."""

from decimal import Decimal

import pytest

from scripts.tools.backtest.engine.arithmetic import commission, margin, ordered_lots, profit
from tests.backtest.worlds import INSTRUMENT


@pytest.mark.parametrize(
    ("lots", "expected"),
    # 1.015 in decimals, but 3.5 * 0.29 is 1.0149999999999999; and 35 steps of 0.01 are more than 0.35.
    [("0.29", "-1.01"), ("0.35", "-1.23"), ("0.01", "-0.04"), ("0.40", "-1.40")],
)
def test_the_commission_of_an_order_is_that_of_its_binary_volume(lots: str, expected: str) -> None:
    assert commission(Decimal("3.5"), ordered_lots(INSTRUMENT, Decimal(lots))) == Decimal(expected)


def test_what_the_broker_closes_has_the_positions_own_volume() -> None:
    assert commission(Decimal("3.5"), float(Decimal("0.35"))) == Decimal("-1.22")


def test_profit_goes_with_the_side() -> None:
    low, high = Decimal("1.10000"), Decimal("1.10250")

    assert profit(INSTRUMENT, "buy", low, high, 0.4) == Decimal("100.00")
    assert profit(INSTRUMENT, "sell", low, high, 0.4) == Decimal("-100.00")


def test_margin_is_the_worth_over_the_leverage() -> None:
    assert margin(INSTRUMENT, Decimal("0.5"), Decimal("1.1"), 100) == Decimal("550.00")
