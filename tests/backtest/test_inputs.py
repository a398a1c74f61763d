"""What a backtest is asked for: what is read, what is taken from the demo, and how it is refused."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from scripts.tools.backtest.errors import BacktestError
from scripts.tools.backtest.inputs import accounts_of, instrument_of, strategies_of
from scripts.tools.demo import cast
from scripts.tools.demo.bars_file import BarsFile

PARAMETERS: dict[str, Any] = {
    "fast_bars": 6,
    "slow_bars": 15,
    "atr_bars": 7,
    "sides": "both",
    "stop_distance_atr": "2",
    "reward_to_risk": "1.5",
    "half_strength_atr": "0.05",
    "valid_bars": 1,
}


def written(folder: Path, content: object, name: str = "given.json") -> Path:
    """A file with the content as JSON, or as it is if it is text."""
    file = folder / name
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


def test_without_files_everything_is_the_demos(sample: BarsFile) -> None:
    accounts = accounts_of([], sample, ["cross-both", "cross-long"])
    strategies = [each.strategies[0] for each in strategies_of([], None, sample)]

    assert strategies == cast.strategies(sample)
    assert [account.account_id for account in accounts] == cast.account_ids()
    assert [account.balance for account in accounts] == [cast.BALANCE, cast.BALANCE]
    assert accounts[1].limits.min_strength == Decimal("0.3")
    assert [one.risk_multiplier for one in accounts[0].subscriptions.values()] == [1, 1]


def test_an_account_file_says_what_differs(sample: BarsFile, tmp_path: Path) -> None:
    file = written(
        tmp_path,
        {
            "account_id": "mine",
            "balance": "2500",
            "leverage": 30,
            "subscriptions": {"trend": {"risk_multiplier": "0.5"}},
        },
    )

    (account,) = accounts_of([file], sample, ["trend", "other"])

    assert (account.account_id, account.currency, account.balance) == ("mine", "USD", Decimal(2500))
    assert (account.leverage, list(account.subscriptions)) == (30, ["trend"])
    assert account.subscriptions["trend"].risk_multiplier == Decimal("0.5")
    assert account.limits.risk_per_trade == Decimal("0.01")


def test_a_kind_with_parameters_is_a_strategy(sample: BarsFile) -> None:
    (found,) = strategies_of(["ema_cross"], json.dumps(PARAMETERS), sample)

    (strategy,) = found.strategies
    assert (strategy.strategy_id, strategy.symbols, strategy.timeframe) == ("ema-cross", ("EURUSD",), "H1")
    assert (strategy.warm_up_bars, found.has_grid) == (151, False)


def test_a_grid_gives_every_combination_that_fits_together(sample: BarsFile, tmp_path: Path) -> None:
    grid = {"fast_bars": [5, 10], "slow_bars": [10, 20]}
    file = written(tmp_path, {"kind": "ema_cross", "parameters": PARAMETERS, "grid": grid})

    (found,) = strategies_of([str(file)], None, sample)

    # An average is never crossed with itself: 10 and 10 do not fit.
    pairs = [(each.parameters["fast_bars"], each.parameters["slow_bars"]) for each in found.strategies]
    assert pairs == [(5, 10), (5, 20), (10, 20)]
    assert found.has_grid


def test_the_instrument_is_the_demos_with_what_a_file_changes(sample: BarsFile, tmp_path: Path) -> None:
    file = written(tmp_path, {"tick_value": "0.9", "stops_level_points": 30})

    found = instrument_of(file, sample, Decimal(100_000))

    assert (found.digits, found.tick_value, found.stops_level_points) == (5, Decimal("0.9"), 30)


def test_an_instrument_of_another_symbol_or_with_impossible_numbers_is_refused(
    sample: BarsFile, tmp_path: Path
) -> None:
    for content in ({"symbol": "GBPUSD"}, {"tick_value": "0"}):
        with pytest.raises(BacktestError, match=r"^instrument_invalid: "):
            instrument_of(written(tmp_path, content), sample, Decimal(100_000))


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        ("{", "account_unreadable", "is no JSON"),
        ("[]", "account_unreadable", "is to be a JSON object"),
        ({"balance": "-1"}, "account_invalid", "balance"),
        ({"balance": 1.5}, "account_invalid", "balance"),
        ({"risk": "1"}, "account_invalid", "risk: Extra inputs"),
        ({"subscriptions": {"else": {}}}, "account_invalid", "subscribes to else"),
    ],
)
def test_an_account_that_cannot_be_is_refused_by_name(
    sample: BarsFile, tmp_path: Path, content: object, code: str, says: str
) -> None:
    with pytest.raises(BacktestError, match=says) as refused:
        accounts_of([written(tmp_path, content)], sample, ["trend"])

    assert refused.value.code == code
    assert str(refused.value).startswith(f"{code}: ")


@pytest.mark.parametrize("second", [{"account_id": "backtest"}, {"account_id": "b", "currency": "EUR"}])
def test_accounts_must_be_told_apart_and_add_up(
    sample: BarsFile, tmp_path: Path, second: dict[str, str]
) -> None:
    files = [written(tmp_path, {}, "one.json"), written(tmp_path, second, "two.json")]

    with pytest.raises(BacktestError, match=r"^accounts_ambiguous: "):
        accounts_of(files, sample, ["trend"])


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        ({"kind": "tea_leaves", "parameters": {}}, "strategy_invalid", "no strategy of kind 'tea_leaves'"),
        (
            {"kind": "ema_cross", "parameters": {**PARAMETERS, "fast_bars": 1}},
            "strategy_invalid",
            "fast_bars",
        ),
        ({"kind": "ema_cross", "parameters": "many"}, "strategy_invalid", "parameters is to be an object"),
        (
            {"kind": "ema_cross", "parameters": PARAMETERS, "grid": {"fast_bars": 5}},
            "strategy_invalid",
            "grid",
        ),
        (
            {"kind": "ema_cross", "parameters": PARAMETERS, "grid": {"fast_bars": []}},
            "strategy_invalid",
            "grid",
        ),
        (
            {"kind": "ema_cross", "parameters": PARAMETERS, "grid": {"fast_bars": [20]}},
            "strategy_invalid",
            "smaller than slow_bars",
        ),
        (
            {"kind": "ema_cross", "parameters": PARAMETERS, "symbols": ["GBPUSD"]},
            "strategy_invalid",
            "does not watch EURUSD H1",
        ),
        (
            {"kind": "ema_cross", "parameters": PARAMETERS, "timeframe": "D1"},
            "strategy_invalid",
            "does not watch EURUSD H1",
        ),
    ],
)
def test_a_strategy_that_cannot_be_is_refused_by_name(
    sample: BarsFile, tmp_path: Path, content: object, code: str, says: str
) -> None:
    with pytest.raises(BacktestError, match=says) as refused:
        strategies_of([str(written(tmp_path, content))], None, sample)

    assert refused.value.code == code


def test_a_file_that_is_missing_and_a_kind_without_parameters_are_told_apart(sample: BarsFile) -> None:
    with pytest.raises(BacktestError, match=r"^strategy_unreadable: nowhere.json: cannot be read"):
        strategies_of(["nowhere.json"], None, sample)
    with pytest.raises(BacktestError, match=r"^strategy_invalid: --strategy ema_cross is no file"):
        strategies_of(["ema_cross"], None, sample)


def test_two_strategies_of_one_name_are_refused(sample: BarsFile) -> None:
    with pytest.raises(BacktestError, match=r"^strategy_invalid: two strategies"):
        strategies_of(["ema_cross", "ema_cross"], json.dumps(PARAMETERS), sample)
