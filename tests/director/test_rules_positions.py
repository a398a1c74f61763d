"""How many positions, and which beside which: each limit just below, at and above."""

from typing import Any

import pytest

from functions.contract.decision import ProposedDecision
from functions.director.decide import decide
from functions.director.rules.positions import MAX_REVERSED
from tests.director.cases import AT, closing_signal, context, exposure, holding, signal

MAJORS = [{"group_id": "majors", "symbols": ["EURUSD", "GBPUSD"]}]


def decided(side: str = "buy", **account: Any) -> ProposedDecision:
    made = signal() if side == "buy" else signal(side="sell", stop_loss="1.102", take_profit="1.097")
    return decide(made, context(**account), AT)


def held(*symbols: str, **changes: Any) -> list[dict[str, Any]]:
    return [holding(number + 1, symbol=symbol, **changes) for number, symbol in enumerate(symbols)]


@pytest.mark.parametrize(("count", "issued"), [(1, True), (2, False), (3, False)])
def test_an_account_holds_no_more_positions_of_a_strategy_than_it_may(count: int, *, issued: bool) -> None:
    decision = decided(
        subscription={"max_open_positions_strategy": 2},
        holdings=[*held(*["GBPJPY"] * count), holding(9, strategy_id="other")],
    )
    assert decision.reason == ("issued" if issued else "max_open_positions_strategy")
    assert decision.numbers["open_positions_strategy"] == count


@pytest.mark.parametrize(
    ("symbols", "expected"),
    [
        (("EURJPY",), "issued"),
        (("EURJPY", "GBPCHF"), "issued"),
        (("EURJPY", "GBPUSD"), "issued"),
        (("EURJPY", "EURGBP"), "max_open_positions_currency"),
        (("AUDUSD", "USDJPY", "EURJPY"), "max_open_positions_currency"),
    ],
)
def test_positions_count_in_both_currencies_of_their_symbol(symbols: tuple[str, ...], expected: str) -> None:
    # The signal is about EURUSD: another EUR or another USD is one too many where two of them are held.
    limits = {"max_open_positions_currency": 2}
    assert decided(limits=limits, holdings=held(*symbols)).reason == expected


def test_a_symbol_that_is_no_pair_counts_as_itself() -> None:
    limits = {"max_open_positions_currency": 1}
    index = signal(symbol="US500")
    usd, same = (
        context(limits=limits, holdings=held("EURUSD")),
        context(limits=limits, holdings=held("US500")),
    )
    assert decide(index, usd, AT).reason == "issued"
    assert decide(index, same, AT).reason == "max_open_positions_currency"


@pytest.mark.parametrize(
    ("symbols", "expected"),
    [
        (("GBPUSD",), "issued"),
        (("GBPUSD", "USDJPY"), "issued"),
        (("GBPUSD", "EURUSD"), "max_open_positions_group"),
        (("GBPUSD", "GBPUSD", "EURUSD"), "max_open_positions_group"),
    ],
)
def test_symbols_of_a_group_count_together(symbols: tuple[str, ...], expected: str) -> None:
    decision = decided(limits={"max_open_positions_group": 2}, groups=MAJORS, holdings=held(*symbols))
    assert decision.reason == expected


def test_a_symbol_of_no_group_is_limited_by_none() -> None:
    assert decided(limits={"max_open_positions_group": 0}, holdings=held("GBPUSD")).reason == "issued"


def test_of_several_groups_the_fullest_decides() -> None:
    groups = [*MAJORS, {"group_id": "dollar", "symbols": ["EURUSD", "USDJPY", "USDCHF"]}]
    limited: dict[str, Any] = {"limits": {"max_open_positions_group": 2}, "groups": groups}
    decision = decided(**limited, holdings=held("GBPUSD", "USDJPY", "USDCHF"))
    assert decision.reason == "max_open_positions_group"
    assert decision.numbers["open_positions_group"] == 2


@pytest.mark.parametrize(
    "account",
    [
        {"subscription": {"max_open_positions_strategy": 9}},
        {"limits": {"max_open_positions_currency": 9}},
        {"limits": {"max_open_positions_group": 9}},
        {"limits": {"max_net_exposure_currency": "9"}},
        {"limits": {"max_margin_use": "0.9"}},
    ],
)
def test_a_limit_of_holdings_that_are_not_known_declines(account: dict[str, Any]) -> None:
    assert decided(**account).reason == "holdings_missing"


@pytest.mark.parametrize("state", ["reserved", "open"])
def test_a_duplicate_is_opened_only_where_the_account_allows_it(state: str) -> None:
    alike = [exposure(1, state=state)]
    assert decided(exposures=alike).reason == "issued"
    assert decided(exposures=alike, limits={"allow_duplicates": True}).reason == "issued"
    declined = decided(exposures=alike, limits={"allow_duplicates": False})
    assert (declined.reason, declined.numbers["positions_alike"]) == ("duplicate_position", 1)


@pytest.mark.parametrize(
    "other", [{"side": "sell"}, {"strategy_id": "other"}, {"symbol": "GBPUSD"}, {"closing": True}]
)
def test_what_is_not_alike_is_no_duplicate(other: dict[str, Any]) -> None:
    assert decided(exposures=[exposure(1, **other)], limits={"allow_duplicates": False}).reason == "issued"


@pytest.mark.parametrize("mode", [None, "hedge"])
def test_a_hedge_holds_both_sides(mode: str | None) -> None:
    decision = decided("sell", exposures=[exposure(1)], limits={"opposite_positions": mode})
    assert [directive.action for directive in decision.directives] == ["open"]


@pytest.mark.parametrize("state", ["reserved", "open"])
def test_an_account_that_ignores_keeps_what_it_holds(state: str) -> None:
    limits = {"opposite_positions": "ignore"}
    assert decided("sell", exposures=[exposure(1, state=state)], limits=limits).reason == "opposite_position"
    assert decided("buy", exposures=[exposure(1, state=state)], limits=limits).reason == "issued"
    assert decided("sell", exposures=[exposure(1, closing=True)], limits=limits).reason == "issued"


def test_a_reversal_closes_the_other_side_and_then_opens() -> None:
    decision = decided(
        "sell",
        exposures=[
            exposure(7),
            exposure(3),
            exposure(4, state="reserved"),
            exposure(5, closing=True),
            exposure(6, side="sell"),
            exposure(8, strategy_id="other"),
        ],
        limits={"opposite_positions": "reverse"},
    )
    told = [(d.action, d.side, d.target_directive_no, d.priority) for d in decision.directives]
    assert told == [("close", "buy", 3, 9), ("close", "buy", 7, 9), ("open", "sell", None, 5)]
    assert decision.numbers["positions_reversed"] == 2


@pytest.mark.parametrize(("limit", "expected"), [(0, False), (1, True), (2, True)])
def test_what_a_reversal_closes_leaves_its_place_to_what_it_opens(limit: int, *, expected: bool) -> None:
    for scope in ("account", "symbol"):
        decision = decided(
            "sell",
            exposures=[exposure(3)],
            open_positions_account=1,
            open_positions_symbol=1,
            limits={"opposite_positions": "reverse", f"max_open_positions_{scope}": limit},
        )
        assert decision.reason == ("issued" if expected else f"max_open_positions_{scope}")


def test_what_a_reversal_closes_counts_in_no_currency_either() -> None:
    decision = decided(
        "sell",
        exposures=[exposure(3)],
        holdings=[holding(3), holding(4, symbol="EURJPY")],
        limits={"opposite_positions": "reverse", "max_open_positions_currency": 2},
    )
    assert (decision.reason, decision.numbers["open_positions_currency"]) == ("issued", 1)


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (MAX_REVERSED - 1, "issued"),
        (MAX_REVERSED, "issued"),
        (MAX_REVERSED + 1, "opposite_position"),
    ],
)
def test_more_than_one_decision_can_close_is_not_reversed(count: int, expected: str) -> None:
    exposures = [exposure(number + 1) for number in range(count)]
    assert decided("sell", exposures=exposures, limits={"opposite_positions": "reverse"}).reason == expected


def test_no_count_keeps_a_position_from_being_closed() -> None:
    full = context(
        limits={
            "opposite_positions": "ignore",
            "allow_duplicates": False,
            "max_open_positions_currency": 0,
            "max_open_positions_group": 0,
        },
        groups=MAJORS,
        holdings=held("EURUSD"),
        exposures=[exposure(1)],
    )
    assert decide(closing_signal(), full, AT).outcome == "issued"


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("reverse", "issued"), ("hedge", "max_open_positions_symbol"), ("ignore", "opposite_position")],
)
def test_an_opposite_open_on_its_way_counts_unless_the_account_reverses_it(mode: str, expected: str) -> None:
    limits = {"opposite_positions": mode, "max_open_positions_symbol": 1, "max_open_positions_currency": 1}
    reserved = {"side": "sell", "state": "reserved"}
    account = context(
        limits=limits,
        exposures=[exposure(7, **reserved)],
        holdings=[holding(7, **reserved)],
        open_positions_account=1,
        open_positions_symbol=1,
    )

    decision = decide(signal(), account, AT)

    assert decision.reason == expected
    assert decision.numbers.get("positions_withdrawn") == (1 if mode == "reverse" else None)
