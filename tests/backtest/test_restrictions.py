"""Halts, news windows and correlation groups decide in the backtest what they decide in the real system."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from functions.contract.bar import closed_at
from scripts.tools.backtest.engine.loop import run
from scripts.tools.backtest.engine.restrictions import Halt, Restrictions
from scripts.tools.backtest.errors import BacktestError
from scripts.tools.backtest.inputs import restrictions_of
from scripts.tools.demo import cast
from scripts.tools.demo.bars_file import BarsFile
from scripts.tools.demo.play import Backend
from scripts.tools.operator.documents import Account, CorrelationGroup, NewsWindow
from scripts.tools.operator.ledger import Operator
from scripts.tools.stack import Stack
from tests.backtest.agreement import assert_agree, backtest_of, demo_of
from tests.backtest.test_inputs import written
from tests.backtest.test_loop import Said, story
from tests.backtest.worlds import HOUR, T0, account, flat, setup
from tests.director.cases import signal

BARS = 300
# Bars after which somebody halts, and after which it is taken back.
HALTS = (
    ("account", "demo-1", 60, 90),
    ("strategy", "cross-long", 120, 150),
    ("symbol", "EURUSD", 180, 195),
    ("global", None, 230, 245),
)
NEWS_BARS = ((95, 115), (200, 225))
# Half an hour into a bar, when nobody decides.
_LATER = timedelta(minutes=30)


def restrictions(file: BarsFile) -> Restrictions:
    """Each kind of halt, two windows of news and a group, over the bars."""

    def at(number: int) -> datetime:
        return closed_at(file.bars[number - 1]) + _LATER

    return Restrictions(
        halts=tuple(
            Halt(scope=scope, value=value, reason="test", halted_at=at(first), resumed_at=at(last))
            for scope, value, first, last in HALTS
        ),
        news_windows=tuple(
            NewsWindow(currency=currency, starts_at=at(first), ends_at=at(last), label="rates")
            for currency, (first, last) in zip(("USD", "EUR"), NEWS_BARS, strict=True)
        ),
        correlation_groups=(CorrelationGroup(group_id="majors", symbols=("EURUSD", "GBPUSD")),),
    )


@pytest.mark.timeout(600)
def test_what_an_operator_forbids_is_declined_as_in_the_demo(
    stack: Stack, sample: BarsFile, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbidden = restrictions(sample)
    _set_the_stage_with(forbidden, monkeypatch)

    def halt_and_resume(running: Backend, played: int) -> None:
        for scope, value, first, last in HALTS:
            if played in (first, last):
                operator = Operator(running.environment, at=closed_at(sample.bars[played - 1]) + _LATER)
                (operator.halt if played == first else operator.resume)(scope, value, "test")
                operator.close()

    folder = tmp_path_factory.mktemp("restricted")
    demo = demo_of(stack, "restricted", sample, BARS, folder, halt_and_resume)

    backtest = backtest_of(sample, BARS, forbidden)

    assert_agree(demo, backtest)
    declined = {reason for seen in backtest.values() for _, _, reason in seen.decisions}
    assert declined >= {"trading_halted", "news_window", "max_open_positions_group"}
    assert backtest != backtest_of(sample, BARS)


def _set_the_stage_with(forbidden: Restrictions, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo's stage, and an operator who forbids; both accounts have a limit for groups."""
    set_the_stage, accounts = cast.set_the_stage, cast.accounts

    def limited(file: BarsFile) -> list[Account]:
        return [one.model_copy(update={"max_open_positions_group": 1}) for one in accounts(file)]

    def forbid(file: BarsFile, environment: Mapping[str, str], at: datetime, until: datetime) -> cast.Keys:
        keys = set_the_stage(file, environment, at, until)
        operator = Operator(environment, at=at)
        for window in forbidden.news_windows:
            operator.save_news_window(window)
        for group in forbidden.correlation_groups:
            operator.save_correlation_group(group)
        operator.close()
        return keys

    monkeypatch.setattr(cast, "accounts", limited)
    monkeypatch.setattr(cast, "set_the_stage", forbid)


@pytest.mark.parametrize(
    ("scope", "value", "halted"),
    [("global", None, True), ("account", "a", True), ("account", "b", False), ("symbol", "EURUSD", True)],
)
@pytest.mark.parametrize(("hours", "lasts"), [(0, False), (1, True), (1.99, True), (2, False)])
def test_a_halt_covers_its_scope_from_its_first_moment_to_the_last_before_it_is_taken_back(
    scope: Any, value: str | None, halted: bool, hours: float, lasts: bool
) -> None:
    halt = Halt(scope=scope, value=value, reason="x", halted_at=T0 + HOUR, resumed_at=T0 + 2 * HOUR)

    found = Restrictions(halts=(halt,)).halt_of("a", "EURUSD", "trend", T0 + hours * HOUR)

    assert (found is not None) == (halted and lasts)


@pytest.mark.parametrize(("strength", "closed"), [("0.6", 1), ("0.4", 0)])
def test_under_a_halt_too_only_a_signal_that_is_strong_enough_closes_the_other_side(
    strength: str, closed: int
) -> None:
    reversing = {"opposite_positions": "reverse", "min_strength": Decimal("0.5")}
    halt = Halt(scope="global", value=None, reason="x", halted_at=T0 + 1.5 * HOUR)
    selling = signal(side="sell", stop_loss="1.102", take_profit="1.097", strength=strength)
    bars = [flat(0), flat(1), flat(2)]
    said = Said(bars, {0: [story(signal(), 0)], 1: [story(selling, 1)]})

    one = account(limits=account().limits.model_copy(update=reversing))
    made = replace(setup(accounts=[one]), restrictions=Restrictions(halts=(halt,)))
    (found,) = run(bars, made, [said], first=0, last=2).accounts

    assert [decided.reason for decided in found.decisions] == ["issued", "trading_halted"]
    assert len(found.trades) == closed


@pytest.mark.parametrize(("halted_at", "opened"), [(50 * HOUR, 0), (61 * HOUR, 1)])
def test_an_open_that_waits_for_the_market_is_withdrawn_by_a_halt_before_it_opens(
    halted_at: timedelta, opened: int
) -> None:
    patient = account(limits=account().limits.model_copy(update={"directive_ttl_seconds": 300_000}))
    bars = [flat(0), flat(60)]
    halt = Halt(scope="symbol", value="EURUSD", reason="x", halted_at=T0 + halted_at)
    said = Said(bars, {0: [story(signal(), 0, expires_at=T0 + 100 * HOUR)]})

    made = replace(setup(accounts=[patient]), restrictions=Restrictions(halts=(halt,)))
    (found,) = run(bars, made, [said], first=0, last=1).accounts

    assert len(found.positions) == opened
    assert [one.code for one in found.directives if one.code] == ["trading_halted"] * (1 - opened)


@pytest.mark.parametrize(
    "content",
    [
        {"halts": [{"scope": "global", "value": "x", "reason": "x", "halted_at": "2026-01-05T08:00:00Z"}]},
        {"halts": [{"scope": "symbol", "reason": "x", "halted_at": "2026-01-05T08:00:00Z"}]},
        {"news": []},
    ],
)
def test_restrictions_that_cannot_be_are_refused_by_name(content: object, tmp_path: Path) -> None:
    with pytest.raises(BacktestError, match=r"^restrictions_invalid: "):
        restrictions_of(written(tmp_path, content))
