"""From bars to a signal with an identity and a lifetime, or to the reason why there is none."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st

from functions.contract.bar import Bar, closed_at
from functions.contract.scalars import Side
from functions.contract.signal import Signal
from functions.generator import evaluate as evaluate_module
from functions.generator.evaluate import NoSignal, StrategyInput, evaluate, is_current
from functions.generator.identity import signal_id
from functions.generator.strategies.base import Proposal, Strategy
from functions.generator.strategies.registry import STRATEGIES, parsed_parameters, required_bars
from tests.generator.bars import HOUR, PARAMETERS, WINDOW, falling_then, hourly, real_eurusd

CROSS_UP = falling_then("1.12")
CLOSED_AT = closed_at(CROSS_UP[-1])
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SIDES: tuple[Side | None, ...] = ("buy", "sell", None)


def given(bars: Sequence[Bar], **changes: Any) -> StrategyInput:
    document = {
        "strategy_id": "trend",
        "kind": "ema_cross",
        "symbol": "EURUSD",
        "timeframe": "H1",
        "parameters": PARAMETERS,
        "bars": tuple(bars),
    }
    return StrategyInput.model_validate(document | changes)


def only(result: tuple[Signal, ...] | NoSignal) -> Signal:
    """The one signal that was given."""
    assert not isinstance(result, NoSignal)
    [signal] = result
    return signal


def reason(bars: Sequence[Bar], *, at: datetime = CLOSED_AT, **changes: Any) -> str:
    result = evaluate(given(bars, **changes), at)
    return result.reason if isinstance(result, NoSignal) else "signal"


def test_a_signal_is_about_the_close_of_its_bar_and_expires_by_bars() -> None:
    signal = only(evaluate(given(CROSS_UP), CLOSED_AT + 5 * SECOND))
    assert (signal.action, signal.side, signal.symbol, signal.timeframe) == ("open", "buy", "EURUSD", "H1")
    assert signal.created_at == CLOSED_AT
    assert signal.expires_at == CLOSED_AT + 3 * HOUR


def test_the_same_bar_gives_the_same_signal_however_long_the_history_and_late_the_hour() -> None:
    longer = falling_then("1.12", bars=WINDOW + 20)
    early = evaluate(given(longer[-WINDOW:]), closed_at(longer[-1]))
    late = evaluate(given(longer), closed_at(longer[-1]) + HOUR - SECOND)
    assert only(early) == only(late)


def test_a_strategy_is_handed_exactly_the_window_it_declares(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Sequence[Bar]] = []

    def looks(bars: Sequence[Bar], _: object) -> tuple[()]:
        seen.append(bars)
        return ()

    curious = Strategy("ema_cross", STRATEGIES["ema_cross"].parameters, looks)
    monkeypatch.setattr(evaluate_module, "strategy_of", lambda _: curious)
    longer = falling_then("1.12", bars=WINDOW + 20)
    assert reason(longer, at=closed_at(longer[-1])) == "no_signal"
    assert seen == [longer[-WINDOW:]]


def test_a_disabled_strategy_enters_nothing_and_leaves_what_it_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    enter = Proposal("open", "buy", Decimal(1), Decimal("1.1"), Decimal("1.09"), None, {})
    leave = Proposal("close", "sell", Decimal(1), None, None, None, {}, "opposite_exit")
    parameters = STRATEGIES["ema_cross"].parameters
    both = Strategy("ema_cross", parameters, lambda bars, given: (leave, enter))
    monkeypatch.setattr(evaluate_module, "strategy_of", lambda _: both)

    def actions(*, enabled: bool) -> list[str]:
        found = evaluate(given(CROSS_UP, enabled=enabled), CLOSED_AT)
        assert not isinstance(found, NoSignal)
        return [signal.action for signal in found]

    assert (actions(enabled=True), actions(enabled=False)) == (["close", "open"], ["close"])


@settings(derandomize=True, max_examples=60, deadline=None)
@hypothesis_given(end=st.integers(WINDOW + 300, 5000), more=st.integers(1, 300))
def test_no_amount_of_older_history_changes_what_a_real_bar_says(end: int, more: int) -> None:
    bars = real_eurusd()[:end]
    at = closed_at(bars[-1])
    assert evaluate(given(bars[-WINDOW:]), at) == evaluate(given(bars[-WINDOW - more :]), at)


def test_an_identity_is_stable_for_ever() -> None:
    # A literal: should it ever differ, every ledger would see its old signals as new ones.
    assert str(signal_id("trend", "EURUSD", "H1", NOON)) == "69cc82b5-5f6c-5fbb-b81e-05c8c1170050"


def test_an_identity_names_the_moment_and_not_its_notation() -> None:
    elsewhere = NOON.astimezone(datetime.fromisoformat("2026-01-05T14:00:00+02:00").tzinfo)
    assert signal_id("trend", "EURUSD", "H1", elsewhere) == signal_id("trend", "EURUSD", "H1", NOON)


def test_identities_differ_by_strategy_symbol_timeframe_and_moment() -> None:
    identities = {
        signal_id("trend", "EURUSD", "H1", NOON),
        signal_id("trend2", "EURUSD", "H1", NOON),
        signal_id("trend", "GBPUSD", "H1", NOON),
        signal_id("trend", "EURUSD", "M15", NOON),
        signal_id("trend", "EURUSD", "H1", NOON + HOUR),
    }
    assert len(identities) == 5


def test_a_bar_has_one_entry_and_an_exit_for_each_purpose_and_side() -> None:
    entries = {signal_id("trend", "EURUSD", "H1", NOON, side=side) for side in SIDES}
    exits = {
        signal_id("trend", "EURUSD", "H1", NOON, purpose=purpose, side=side)
        for purpose in ("opposite_exit", "time_exit", "trailing_stop")
        for side in SIDES
    }
    assert (len(entries), len(exits), len(entries | exits)) == (1, 9, 10)


def test_a_strategy_may_give_a_bar_several_signals_and_each_keeps_what_it_is_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    [opening] = STRATEGIES["ema_cross"].propose(
        CROSS_UP, parsed_parameters(STRATEGIES["ema_cross"], PARAMETERS)
    )
    leaving = replace(
        opening, action="close", side="sell", purpose="time_exit", opened_before=CLOSED_AT - 5 * HOUR
    )
    both = Strategy("ema_cross", STRATEGIES["ema_cross"].parameters, lambda *_: (leaving, opening))
    monkeypatch.setattr(evaluate_module, "strategy_of", lambda _: both)
    result = evaluate(given(CROSS_UP), CLOSED_AT)
    assert not isinstance(result, NoSignal)
    assert [(one.action, one.side, one.opened_before) for one in result] == [
        ("close", "sell", CLOSED_AT - 5 * HOUR),
        ("open", "buy", None),
    ]
    assert len({one.signal_id for one in result}) == 2


def test_without_bars_there_is_nothing_to_read() -> None:
    assert reason(()) == "no_bars"


@pytest.mark.parametrize(
    ("bars", "expected"), [(WINDOW - 1, "warming_up"), (WINDOW, "signal"), (WINDOW + 1, "signal")]
)
def test_a_strategy_warms_up_until_its_window_is_full(bars: int, expected: str) -> None:
    falling = falling_then("1.12", bars=bars)
    assert reason(falling, at=closed_at(falling[-1])) == expected


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (-SECOND, "bars_not_current"),
        (0 * SECOND, "signal"),
        (HOUR - SECOND, "signal"),
        (HOUR, "bars_not_current"),
        (48 * HOUR, "bars_not_current"),
    ],
)
def test_a_bar_is_current_until_the_next_one_has_closed(after: timedelta, expected: str) -> None:
    assert reason(CROSS_UP, at=CLOSED_AT + after) == expected


FRIDAY = datetime(2026, 1, 9, 22, tzinfo=UTC)  # when the week of forex ends in New York's winter


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (FRIDAY - SECOND, "bars_not_current"),
        (FRIDAY, "signal"),
        (FRIDAY + HOUR - SECOND, "signal"),
        (FRIDAY + HOUR, "market_closed"),
        (FRIDAY + 49 * HOUR - SECOND, "market_closed"),
        (FRIDAY + 49 * HOUR, "bars_not_current"),
    ],
)
def test_over_a_weekend_no_bar_is_missing(at: datetime, expected: str) -> None:
    moved = FRIDAY - CLOSED_AT
    bars = [bar.model_copy(update={"opened_at": bar.opened_at + moved}) for bar in CROSS_UP]
    assert reason(bars, at=at) == expected


def test_a_bar_still_forming_is_not_current() -> None:
    assert not is_current(CROSS_UP[-1], CROSS_UP[-1].opened_at + 30 * SECOND)


def test_no_cross_is_no_signal() -> None:
    assert reason(hourly(["1.1"] * WINDOW)) == "no_signal"


def test_a_kind_nobody_wrote_and_parameters_that_do_not_fit_are_named() -> None:
    assert reason(CROSS_UP, kind="astrology") == "kind_unknown"
    assert reason(CROSS_UP, parameters=PARAMETERS | {"fast_bars": 9}) == "parameters_invalid"


def test_ten_months_of_real_bars_give_a_plausible_number_of_signals(
    capsys: pytest.CaptureFixture[str],
) -> None:
    parameters = PARAMETERS | {"fast_bars": 12, "slow_bars": 26, "atr_bars": 14}
    window = required_bars("ema_cross", parameters)
    bars = real_eurusd()
    results = [
        evaluate(given(bars[end - window : end], parameters=parameters), closed_at(bars[end - 1]))
        for end in range(window, len(bars) + 1)
    ]
    signals = [only(result) for result in results if not isinstance(result, NoSignal)]
    print(f"{len(signals)} signals of EMA 12/26 on {len(results)} real EURUSD H1 bars")  # noqa: T201
    # A cross about every 15 to 50 bars: fewer would mean it is blind, more that it trades noise.
    assert len(results) / 50 < len(signals) < len(results) / 15
    assert {signal.side for signal in signals} == {"buy", "sell"}
    # A cross up can only be followed by a cross down.
    assert all(one.side != other.side for one, other in pairwise(signals))
    assert len({signal.signal_id for signal in signals}) == len(signals)
