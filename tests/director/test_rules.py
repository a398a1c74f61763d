"""Each rule just below its limit, at it, and just above it."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.contract.signal import Signal
from functions.director import rules
from functions.director.decide import decide
from tests.director.cases import AT, CREATED_AT, context, exposure, signal

SECOND = timedelta(seconds=1)
MICROSECOND = timedelta(microseconds=1)


def reason(
    case_signal: Signal | None = None, *, after: timedelta = timedelta(seconds=5), **account: Any
) -> str:
    """Why the signal was issued or declined, `after` the close of its bar."""
    return decide(case_signal or signal(), context(**account), CREATED_AT + after).reason


def test_a_signal_in_order_is_issued() -> None:
    assert reason() == "issued"


def test_a_disabled_account_takes_no_new_risk() -> None:
    assert reason(enabled=False) == "account_disabled"


@pytest.mark.parametrize("scope", ["global", "account", "symbol", "strategy"])
def test_a_halt_of_any_scope_stops_an_open(scope: str) -> None:
    value = None if scope == "global" else "x"
    assert reason(halted={"scope": scope, "value": value, "reason": "news"}) == "trading_halted"


@pytest.mark.parametrize(
    ("after", "expected"),
    [(-MICROSECOND, "issued"), (timedelta(0), "signal_expired"), (MICROSECOND, "signal_expired")],
)
def test_a_signal_ends_at_the_moment_it_expires(after: timedelta, expected: str) -> None:
    ends = signal(expires_at=AT - after)
    assert reason(ends) == expected


@pytest.mark.parametrize(
    ("after", "expected"),
    [(59 * SECOND, "issued"), (60 * SECOND, "issued"), (60 * SECOND + MICROSECOND, "signal_stale")],
)
def test_a_signal_may_be_as_old_as_the_account_allows(after: timedelta, expected: str) -> None:
    assert reason(after=after) == expected


@pytest.mark.parametrize(
    ("strength", "expected"), [("0.4999", "strength_below_minimum"), ("0.5", "issued"), ("0.5001", "issued")]
)
def test_a_signal_must_be_as_strong_as_the_account_asks(strength: str, expected: str) -> None:
    assert reason(signal(strength=strength)) == expected


def test_nothing_is_opened_for_an_account_that_never_reported() -> None:
    assert reason(state=None) == "account_state_missing"


@pytest.mark.parametrize(
    ("age", "expected"),
    [(119 * SECOND, "issued"), (120 * SECOND, "issued"), (120 * SECOND + MICROSECOND, "account_state_stale")],
)
def test_the_officer_may_be_silent_as_long_as_the_account_allows(age: timedelta, expected: str) -> None:
    assert reason(state={"reported_at": AT - age}) == expected


def test_nothing_is_opened_where_the_broker_forbids_trading() -> None:
    assert reason(state={"trade_allowed": False}) == "trade_not_allowed"


def test_nothing_is_opened_in_a_symbol_the_broker_has_not_specified() -> None:
    assert reason(instrument=None) == "instrument_unknown"


@pytest.mark.parametrize(
    ("held", "expected"),
    [(2, "issued"), (3, "max_open_positions_account"), (4, "max_open_positions_account")],
)
def test_an_account_holds_no_more_positions_than_it_may(held: int, expected: str) -> None:
    assert reason(open_positions_account=held) == expected


@pytest.mark.parametrize(
    ("held", "expected"), [(1, "issued"), (2, "max_open_positions_symbol"), (3, "max_open_positions_symbol")]
)
def test_an_account_holds_no_more_positions_of_a_symbol_than_it_may(held: int, expected: str) -> None:
    exposures = [exposure(number + 1) for number in range(held)]
    assert reason(open_positions_account=2, open_positions_symbol=held, exposures=exposures) == expected


def test_an_account_that_may_hold_nothing_opens_nothing() -> None:
    assert reason(limits={"max_open_positions_account": 0}) == "max_open_positions_account"
    assert reason(limits={"max_open_positions_symbol": 0}) == "max_open_positions_symbol"


def test_an_open_without_a_stop_cannot_be_sized() -> None:
    # The contract lets no such signal in; the rule holds for one that came around it.
    bare = signal().model_copy(update={"stop_loss": None})
    assert reason(bare) == "stop_loss_missing"


@pytest.mark.parametrize(
    ("side", "stop_loss", "take_profit"),
    [
        ("buy", "1.102", None),
        ("buy", "1.1", None),
        ("buy", "1.098", "1.099"),
        ("buy", "1.098", "1.1"),
        ("sell", "1.098", None),
        ("sell", "1.1", None),
        ("sell", "1.102", "1.101"),
    ],
)
def test_stops_on_the_wrong_side_of_the_entry_are_declined(
    side: str, stop_loss: str, take_profit: str | None
) -> None:
    wrong = signal(side=side, stop_loss=stop_loss, take_profit=take_profit)
    assert reason(wrong) == "stops_on_wrong_side"


@pytest.mark.parametrize(
    ("stop_loss", "expected"), [("1.09991", "stop_too_close"), ("1.0999", "issued"), ("1.09989", "issued")]
)
def test_a_stop_keeps_the_brokers_distance(stop_loss: str, expected: str) -> None:
    assert reason(signal(stop_loss=stop_loss)) == expected


@pytest.mark.parametrize(
    ("take_profit", "expected"), [("1.10009", "stop_too_close"), ("1.1001", "issued"), ("1.10011", "issued")]
)
def test_a_target_keeps_the_brokers_distance(take_profit: str, expected: str) -> None:
    assert reason(signal(take_profit=take_profit)) == expected


@pytest.mark.parametrize(
    ("equity", "expected"), [("199.99", "volume_below_minimum"), ("200", "issued"), ("200.01", "issued")]
)
def test_a_size_below_the_smallest_order_is_declined_and_not_rounded_up(equity: str, expected: str) -> None:
    # 200 USD a lot: the smallest order, 0.01 lots, risks 2 USD, which is 1 % of 200.
    assert reason(state={"equity": equity}) == expected


def test_the_first_broken_rule_is_the_reason() -> None:
    everything_is_wrong: dict[str, Any] = {
        "enabled": False,
        "halted": {"scope": "global", "value": None, "reason": "news"},
        "state": None,
        "instrument": None,
        "open_positions_account": 3,
    }
    assert reason(signal(strength="0"), **everything_is_wrong) == "account_disabled"
    assert reason(signal(strength="0"), **everything_is_wrong | {"enabled": True}) == "trading_halted"


def test_the_reasons_are_codes_and_each_is_documented_in_its_order() -> None:
    for rule in rules.OPEN_RULES:
        assert rule.__name__.islower()
        assert rule.__doc__
    explained = (Path(__file__).parents[2] / "docs/risk.md").read_text()
    rows = re.findall(r"^\| `([a-z_]+)` \|", explained, re.MULTILINE)
    assert rows == [rule.__name__ for rule in rules.OPEN_RULES]
