"""What a decision issues, to which positions, with which numbers, and what never changes it."""

import random
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.contract.decision import ProposedDecision
from functions.director.decide import MAX_DIRECTIVES, decide
from tests.director.cases import AT, closing_signal, context, exposure, modifying_signal, signal

HALTED = {"scope": "account", "value": "alpha", "reason": "drawdown"}
EVERYTHING_AGAINST_OPENING: dict[str, Any] = {
    "enabled": False,
    "halted": HALTED,
    "state": None,
    "instrument": None,
    "open_positions_account": 3,
    "open_positions_symbol": 2,
}


def targets(decision: ProposedDecision) -> list[int | None]:
    return [directive.target_directive_no for directive in decision.directives]


def test_an_open_becomes_one_sized_market_order_with_the_signals_stops() -> None:
    [directive] = decide(signal(), context(), AT).directives
    assert directive.model_dump(mode="json") == {
        "action": "open",
        "side": "buy",
        "order_type": "market",
        "volume_lots": "0.5",
        "price": None,
        "stop_loss": "1.098",
        "take_profit": "1.103",
        "max_slippage_points": 20,
        "target_directive_no": None,
        "priority": 5,
        "expires_at": "2026-01-05T14:00:35Z",
    }


def test_an_open_never_outlives_its_signal() -> None:
    soon = AT + timedelta(seconds=10)
    [directive] = decide(signal(expires_at=soon), context(), AT).directives
    assert directive.expires_at == soon


@pytest.mark.parametrize(
    ("made", "spread", "volume"),
    [
        ({}, None, "0.5"),
        ({}, 0, "0.5"),
        # 100 USD of risk: 210 points of 1 USD are 0.476 lots, and 250 points 0.4.
        ({}, 10, "0.47"),
        ({}, 50, "0.4"),
        ({"side": "sell", "stop_loss": "1.102", "take_profit": "1.097"}, 50, "0.5"),
    ],
)
def test_who_buys_loses_the_spread_besides_and_so_buys_less(
    made: dict[str, Any], spread: int | None, volume: str
) -> None:
    decision = decide(signal(**made), context(spread_points=spread), AT)
    assert decision.directives[0].volume_lots == Decimal(volume)
    assert decision.numbers.get("spread_points") == spread


def test_a_stop_just_where_a_buy_is_opened_is_on_the_wrong_side_and_sizes_nothing() -> None:
    decision = decide(signal(stop_loss="1.1001", take_profit=None), context(spread_points=10), AT)
    assert decision.reason == "stops_on_wrong_side"
    assert "volume_lots" not in decision.numbers


def test_the_smaller_of_the_accounts_and_the_brokers_largest_order_caps_the_volume() -> None:
    by_account = decide(signal(), context(limits={"volume_max_lots": "0.2"}), AT)
    by_broker = decide(signal(), context(instrument={"volume_max_lots": "0.3"}), AT)
    assert by_account.directives[0].volume_lots == Decimal("0.2")
    assert by_broker.directives[0].volume_lots == Decimal("0.3")


def test_the_numbers_of_an_issued_open_let_it_be_computed_again() -> None:
    numbers = decide(signal(), context(subscription={"risk_multiplier": "0.5"}), AT).numbers
    expected = {
        "equity": "10000",
        "risk_per_trade": "0.01",
        "risk_multiplier": "0.5",
        "risk_amount": "50",
        "entry_price": "1.1",
        "stop_loss": "1.098",
        "stop_distance": "0.002",
        "tick_size": "0.00001",
        "tick_value": "1",
        "loss_per_lot": "200",
        "volume_raw_lots": "0.25",
        "volume_lots": "0.25",
        "open_positions_account": 0,
        "max_open_positions_account": 3,
        "age_seconds": "5",
        "state_age_seconds": "5",
    }
    assert {name: numbers[name] for name in expected} == expected


def test_a_declined_open_records_the_halt_and_the_size_it_would_have_had() -> None:
    decision = decide(signal(), context(halted=HALTED), AT)
    assert decision.outcome == "declined"
    assert decision.directives == ()
    assert decision.numbers["halt_scope"] == "account"
    assert decision.numbers["halt_reason"] == "drawdown"
    assert decision.numbers["volume_lots"] == "0.5"


def test_what_is_not_known_is_not_among_the_numbers() -> None:
    numbers = decide(signal(), context(state=None, instrument=None), AT).numbers
    assert "equity" not in numbers
    assert "tick_size" not in numbers


def test_an_account_richer_than_a_contract_decimal_is_decided_and_recorded() -> None:
    rich = context(state={"equity": "999999999999"}, subscription={"risk_multiplier": "10"})
    decision = decide(signal(), rich, AT)
    assert decision.directives[0].volume_lots == Decimal(5)
    assert decision.numbers["volume_raw_lots"] == "499999999.9995"


def test_a_close_closes_each_open_position_of_its_strategy_and_nothing_else() -> None:
    held = context(
        exposures=[
            exposure(7, side="sell"),
            exposure(3),
            exposure(4, state="reserved"),
            exposure(5, strategy_id="other"),
            exposure(6, symbol="GBPUSD"),
        ]
    )
    decision = decide(closing_signal(), held, AT)
    assert targets(decision) == [3, 7]
    assert [directive.side for directive in decision.directives] == ["buy", "sell"]
    assert (decision.numbers["positions_matched"], decision.numbers["positions_reserved"]) == (2, 1)


def test_a_close_is_urgent_whole_and_without_end() -> None:
    [directive] = decide(closing_signal(), context(exposures=[exposure(3)]), AT).directives
    assert directive.model_dump(mode="json") == {
        "action": "close",
        "side": "buy",
        "order_type": "market",
        "volume_lots": None,
        "price": None,
        "stop_loss": None,
        "take_profit": None,
        "max_slippage_points": 20,
        "target_directive_no": 3,
        "priority": 9,
        "expires_at": None,
    }


def test_a_close_of_one_side_leaves_the_other() -> None:
    held = context(exposures=[exposure(3), exposure(4, side="sell")])
    assert targets(decide(closing_signal(side="sell"), held, AT)) == [4]


def test_a_modify_gives_each_position_the_new_stops() -> None:
    [directive] = decide(modifying_signal(), context(exposures=[exposure(3)]), AT).directives
    assert (directive.action, directive.target_directive_no, directive.priority) == ("modify", 3, 7)
    assert (directive.stop_loss, directive.take_profit) == (Decimal("1.099"), None)
    assert directive.expires_at == AT + timedelta(seconds=30)


@pytest.mark.parametrize(
    ("side", "stop_loss", "moved"),
    [
        ("buy", "1.0989", True),
        ("buy", "1.099", False),
        ("buy", "1.0991", False),
        ("sell", "1.0991", True),
        ("sell", "1.099", False),
        ("sell", "1.0989", False),
        ("buy", None, True),
    ],
)
def test_a_modify_only_ever_tightens_a_stop(side: str, stop_loss: str | None, *, moved: bool) -> None:
    held = context(exposures=[exposure(3, side=side, stop_loss=stop_loss)])
    decision = decide(modifying_signal(stop_loss="1.099"), held, AT)
    assert targets(decision) == ([3] if moved else [])
    assert decision.reason == ("issued" if moved else "stop_not_tighter")
    assert decision.numbers["positions_not_tightened"] == int(not moved)


def test_a_modify_of_the_target_alone_compares_no_stops() -> None:
    held = context(exposures=[exposure(3, stop_loss="1.2")])
    assert targets(decide(modifying_signal(stop_loss=None, take_profit="1.3"), held, AT)) == [3]


@pytest.mark.parametrize("made", [closing_signal, modifying_signal])
def test_a_signal_about_older_positions_leaves_the_younger_ones(made: Any) -> None:
    noon = "2026-01-05T12:00:00Z"
    held = context(
        exposures=[exposure(3, created_at=noon), exposure(4, created_at="2026-01-05T12:00:00.000001Z")]
    )
    assert targets(decide(made(opened_before=noon), held, AT)) == [3]


@pytest.mark.parametrize(("made", "meant"), [(closing_signal, [3]), (modifying_signal, [3, 4, 5])])
def test_a_close_leaves_what_is_as_young_as_itself(made: Any, meant: list[int]) -> None:
    times = (timedelta(microseconds=-1), timedelta(), timedelta(seconds=1))
    held = context(
        exposures=[exposure(n, created_at=made().created_at + since) for n, since in enumerate(times, 3)]
    )
    assert targets(decide(made(), held, AT)) == meant


@pytest.mark.parametrize("made", [closing_signal, modifying_signal])
def test_nothing_that_forbids_an_open_forbids_a_close_or_a_modify(made: Any) -> None:
    held = context(**EVERYTHING_AGAINST_OPENING, exposures=[exposure(3), exposure(4)])
    assert targets(decide(made(strength="0"), held, AT)) == [3, 4]


@pytest.mark.parametrize("made", [closing_signal, modifying_signal])
def test_without_a_position_there_is_nothing_to_act_on(made: Any) -> None:
    decision = decide(made(), context(exposures=[exposure(3, state="reserved")]), AT)
    assert (decision.outcome, decision.reason) == ("declined", "no_position")


@pytest.mark.parametrize("made", [closing_signal, modifying_signal])
def test_a_position_that_is_being_closed_is_left_to_its_close(made: Any) -> None:
    held = context(exposures=[exposure(3, closing=True), exposure(4), exposure(5, state="reserved")])
    decision = decide(made(), held, AT)
    assert targets(decision) == [4]
    counts = {name: decision.numbers[f"positions_{name}"] for name in ("matched", "closing", "reserved")}
    assert counts == {"matched": 1, "closing": 1, "reserved": 1}


@pytest.mark.parametrize("made", [closing_signal, modifying_signal])
def test_where_every_position_is_being_closed_nothing_more_is_issued(made: Any) -> None:
    held = context(exposures=[exposure(3, closing=True), exposure(4, closing=True)])
    decision = decide(made(), held, AT)
    assert (decision.outcome, decision.reason) == ("declined", "already_closing")
    assert decision.numbers["positions_closing"] == 2


def test_an_expired_close_still_closes_and_an_expired_modify_does_not() -> None:
    held = context(exposures=[exposure(3)])
    assert decide(closing_signal(expires_at=AT), held, AT).reason == "issued"
    assert decide(modifying_signal(expires_at=AT), held, AT).reason == "signal_expired"


def test_more_positions_than_a_decision_carries_are_closed_oldest_first() -> None:
    held = context(exposures=[exposure(number) for number in range(MAX_DIRECTIVES + 1, 0, -1)])
    decision = decide(closing_signal(), held, AT)
    assert targets(decision) == list(range(1, MAX_DIRECTIVES + 1))
    assert decision.numbers["positions_matched"] == MAX_DIRECTIVES + 1


@settings(derandomize=True, max_examples=200)
@given(
    held_account=st.integers(0, 6),
    held_symbol=st.integers(0, 6),
    limit_account=st.integers(0, 6),
    limit_symbol=st.integers(0, 6),
)
def test_no_open_is_issued_where_a_limit_is_reached(
    held_account: int, held_symbol: int, limit_account: int, limit_symbol: int
) -> None:
    limits = {"max_open_positions_account": limit_account, "max_open_positions_symbol": limit_symbol}
    account = context(limits=limits, open_positions_account=held_account, open_positions_symbol=held_symbol)
    within = held_account < limit_account and held_symbol < limit_symbol
    assert (decide(signal(), account, AT).outcome == "issued") == within


@settings(derandomize=True, max_examples=50)
@given(
    seed=st.integers(0, 2**32),
    states=st.lists(st.sampled_from([("reserved", False), ("open", False), ("open", True)]), max_size=8),
)
def test_the_order_in_which_exposures_are_listed_changes_nothing(
    seed: int, states: list[tuple[str, bool]]
) -> None:
    exposures = [
        exposure(number + 1, state=state, closing=closing) for number, (state, closing) in enumerate(states)
    ]
    shuffled = random.Random(seed).sample(exposures, len(exposures))  # noqa: S311 - a test's shuffle
    for made in (closing_signal(), modifying_signal(), signal()):
        assert decide(made, context(exposures=shuffled), AT) == decide(made, context(exposures=exposures), AT)


def test_an_account_is_decided_by_its_own_context_alone() -> None:
    accounts = [
        context(account_id=name, state={"equity": equity}) for name, equity in (("a", "5000"), ("b", "100"))
    ]
    forwards = {account.account_id: decide(signal(), account, AT) for account in accounts}
    backwards = {account.account_id: decide(signal(), account, AT) for account in reversed(accounts)}
    assert forwards == backwards
    assert forwards["a"].directives[0].volume_lots == Decimal("0.25")
    assert forwards["b"].reason == "volume_below_minimum"
