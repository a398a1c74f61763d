"""The backtest trades what the real system trades: the demo's replay of the same bars is the witness."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from scripts.tools.demo import cast
from scripts.tools.demo.bars_file import BarsFile
from scripts.tools.demo.schedule import MARKET, follows_at_once
from scripts.tools.operator.documents import Account, Strategy
from scripts.tools.stack import Stack
from tests.backtest.agreement import assert_agree, backtest_of, demo_of, result_of

BARS = 600
GAP_BARS = 3
EXIT_BARS = 300
_SHARED = {"atr_bars": 5, "stop": {"kind": "atr", "distance_atr": "2"}, "sides": "both", "valid_bars": 1}
BREAKOUT, REVERSION = (
    Strategy.model_validate(
        {
            "strategy_id": name,
            "kind": kind,
            "symbols": ["EURUSD"],
            "timeframe": "H1",
            "parameters": _SHARED | own,
        }
    )
    for name, kind, own in (
        (
            "breakout",
            "donchian_breakout",
            {
                "channel_bars": 12,
                "half_strength_widths": "0.1",
                "reward_to_risk": "4",
                "exits": {
                    "trailing_stop": {"window_bars": 8, "distance_atr": "2.5"},
                    "max_age_bars": 20,
                    "opposite": "close",
                },
            },
        ),
        (
            "reversion",
            "rsi_reversion",
            {
                "rsi_bars": 5,
                "oversold": 30,
                "overbought": 70,
                "reward_to_risk": "2",
                "exits": {"trailing_stop": None, "max_age_bars": 6, "opposite": "ignore"},
            },
        ),
    )
)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_every_decision_and_trade_is_the_demos(
    stack: Stack, sample: BarsFile, tmp_path_factory: pytest.TempPathFactory
) -> None:
    demo = demo_of(stack, "agreement", sample, BARS, tmp_path_factory.mktemp("agreement"))

    backtest = backtest_of(sample, BARS)

    assert_agree(demo, backtest)
    traded = [trade for seen in backtest.values() for trade in seen.trades]
    assert {trade.reason for trade in traded} >= {"expert", "stop_loss", "take_profit", None}
    assert len(traded) > 50


@pytest.mark.long
@pytest.mark.timeout(600)
def test_over_a_closed_market_closes_wait_and_opens_expire_as_in_the_demo(
    stack: Stack, sample: BarsFile, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = punctured(sample, gaps=3)
    count = len(file.bars)

    demo = demo_of(stack, "punctured", file, count, tmp_path_factory.mktemp("punctured"))

    assert_agree(demo, backtest_of(file, count))
    result = result_of(file, count)
    closed = {trade.closed_at for account in result.accounts for trade in account.trades}
    expired = [
        directive
        for account in result.accounts
        for directive in account.directives
        if directive.code == "directive_expired"
    ]
    assert len(closed & _reopenings(file)) == 3
    assert expired


@pytest.mark.timeout(600)
def test_stops_that_trail_and_positions_closed_by_age_are_the_demos(
    stack: Stack, sample: BarsFile, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cast, "strategies", lambda file: [BREAKOUT, REVERSION])

    demo = demo_of(stack, "exits", sample, EXIT_BARS, tmp_path_factory.mktemp("exits"))

    assert_agree(demo, backtest_of(sample, EXIT_BARS))
    done = [
        directive.command.action
        for account in result_of(sample, EXIT_BARS).accounts
        for directive in account.directives
        if directive.state == "completed"
    ]
    assert {"open", "close", "modify"} == set(done)
    assert done.count("modify") > 20


@pytest.mark.long
@pytest.mark.timeout(600)
def test_accounts_that_reverse_refuse_duplicates_and_cool_down_do_so_as_in_the_demo(
    stack: Stack, sample: BarsFile, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cast, "accounts", limited(cast.accounts))

    demo = demo_of(stack, "limited", sample, BARS, tmp_path_factory.mktemp("limited"))

    assert_agree(demo, backtest_of(sample, BARS))
    declined = {reason for seen in demo.values() for _, _, reason in seen.decisions}
    assert declined >= {"duplicate_position", "opposite_position", "cooling_down"}
    reversing = [one for one in result_of(sample, BARS).accounts[0].trades if one.strategy_id == "cross-both"]
    assert any(one.reason == "expert" for one in reversing)


def limited(accounts: Callable[[BarsFile], list[Account]]) -> Callable[[BarsFile], list[Account]]:
    """The same accounts; the first one reverses, the second one ignores what it must not hold, and rests."""
    first: dict[str, Any] = {"opposite_positions": "reverse"}
    second: dict[str, Any] = {
        "opposite_positions": "ignore",
        "allow_duplicates": False,
        "max_open_positions_account": 4,
        "max_open_positions_symbol": 4,
        "max_consecutive_losses": 2,
        "cool_down_seconds": 18_000,
    }

    def changed(file: BarsFile) -> list[Account]:
        return [
            Account.model_validate(account.model_dump() | changes)
            for account, changes in zip(accounts(file), (first, second), strict=True)
        ]

    return changed


def punctured(sample: BarsFile, *, gaps: int) -> BarsFile:
    """Bars of which some are missing after one with a close, and some after one with an open, in turns."""
    bars = list(sample.bars[:450])
    at, wanted = 0, ["close", "open"] * gaps
    for action in wanted:
        result = result_of(replace(sample, bars=tuple(bars)), len(bars))
        issued = {
            directive.created_at
            for account in result.accounts
            for directive in account.directives
            if directive.command.action == action
        }
        at = next(
            number
            for number in range(at + 2 * GAP_BARS, len(bars))
            if bars[number].opened_at in issued and follows_at_once(bars[number - 1], bars[number])
        )
        del bars[at : at + GAP_BARS]
    return replace(sample, bars=tuple(bars))


def _reopenings(file: BarsFile) -> set[object]:
    return {
        bar.opened_at + MARKET
        for before, bar in zip(file.bars, file.bars[1:], strict=False)
        if not follows_at_once(before, bar)
    }
