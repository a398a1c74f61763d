"""`scripts/distort backtest` as a person or a program runs it."""

import csv
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.tools.cli import main

COUNT = 400
GRID = {
    "strategy_id": "trend",
    "kind": "ema_cross",
    "parameters": {
        "fast_bars": 2,
        "slow_bars": 4,
        "atr_bars": 2,
        "sides": "both",
        "stop_distance_atr": "2",
        "reward_to_risk": "1.5",
        "half_strength_atr": "0.05",
        "valid_bars": 1,
    },
    "grid": {"fast_bars": [2, 3]},
}


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    status: int
    out: str
    said: str


Backtest = Callable[..., Done]


@pytest.fixture
def backtest(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Backtest:
    """Runs the command with options, in this process."""

    def run(*options: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["scripts/distort", "backtest", *options])
        monkeypatch.setenv("COLUMNS", "140")
        try:
            status = main()
        except SystemExit as exited:
            status = int(exited.code or 0)
        return Done(status, *capsys.readouterr())

    return run


def test_one_json_object_a_csv_of_its_trades_and_a_report(backtest: Backtest, tmp_path: Path) -> None:
    trades, report = tmp_path / "trades.csv", tmp_path / "report.html"

    done = backtest("--count", str(COUNT), "--json", "--trades", str(trades), "--html", str(report))

    assert done.status == 0, done.said
    document = json.loads(done.out)
    listed = [trade for account in document["accounts"] for trade in account["trades"]]
    with trades.open() as file:
        read = list(csv.DictReader(file))
    assert [{name: value or None for name, value in row.items()} for row in read] == listed
    assert document["together"]["trades"] == len(listed) > 20
    assert document["settings"]["bars"]["count"] == COUNT
    assert report.stat().st_size > 1_000_000
    assert f"EURUSD H1 bars: {COUNT - 100} of {COUNT - 100}" in done.said


def test_for_people_it_prints_the_statistics_side_by_side(backtest: Backtest) -> None:
    done = backtest("--count", "200", "--spread-points", "0", "--commission-per-lot", "0")

    assert done.status == 0, done.said
    assert "Profit factor" in done.out
    assert "demo-2" in done.out
    assert "max_open_positions_account" in done.out


def test_under_a_halt_nothing_is_opened(backtest: Backtest, tmp_path: Path) -> None:
    halt = {"scope": "global", "reason": "enough", "halted_at": "2000-01-01T00:00:00Z"}
    file = tmp_path / "restrictions.json"
    file.write_text(json.dumps({"halts": [halt]}))

    done = backtest("--count", "200", "--json", "--restrictions", str(file))

    assert done.status == 0, done.said
    document = json.loads(done.out)
    assert document["together"]["trades"] == 0
    assert document["accounts"][0]["decisions"]["trading_halted"] > 0
    assert document["settings"]["restrictions"]["halts"][0]["scope"] == "global"


def test_costs_make_it_worse(backtest: Backtest) -> None:
    def profit(*options: str) -> float:
        return float(json.loads(backtest("--count", "300", "--json", *options).out)["together"]["net_profit"])

    free = profit("--spread-points", "0", "--commission-per-lot", "0")
    assert profit("--spread-points", "20", "--commission-per-lot", "0") < free
    assert profit("--spread-points", "0", "--slippage-points", "10", "--commission-per-lot", "0") < free
    assert (
        profit(
            "--spread-points", "0", "--commission-per-lot", "0", "--swap-long", "-50", "--swap-short", "-50"
        )
        < free
    )


def test_a_walk_forward_tells_what_it_chose(backtest: Backtest, tmp_path: Path) -> None:
    file = tmp_path / "trend.json"
    file.write_text(json.dumps(GRID))

    done = backtest(
        "--strategy",
        str(file),
        "--count",
        "300",
        "--walk-forward",
        "100,80",
        "--pick-by",
        "net_profit",
        "--json",
    )

    assert done.status == 0, done.said
    document = json.loads(done.out)
    assert [step["chosen"]["trend"]["fast_bars"] for step in document["steps"]]
    assert {step["chosen"]["trend"]["fast_bars"] for step in document["steps"]} <= {2, 3}
    assert document["settings"]["walk_forward"] == {
        "train_bars": 100,
        "test_bars": 80,
        "statistic": "net_profit",
        "varied": {"trend": {"fast_bars": [2, 3]}},
    }
    assert "3 windows, 2 candidates" in done.said or "2 windows, 2 candidates" in done.said


@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        (["--count", "100"], 1, "bars_too_few: 100 bars are too few"),
        (["--walk-forward", "100"], 1, "windows_invalid: "),
        (["--walk-forward", "100,0"], 1, "windows_invalid: "),
        (["--walk-forward", "100,50"], 1, "strategy_without_grid: "),
        (["--walk-forward", "100,50", "--pick-by", "luck"], 1, "statistic_unknown: "),
        (["--account", "nowhere.json"], 1, "account_unreadable: nowhere.json: cannot be read"),
        (["--count", "150", "--trades", "/nowhere/t.csv"], 1, "output_unwritable: "),
        (["--bars", "nowhere.csv"], 1, "bars_unreadable: nowhere.csv: cannot be read"),
        (["--swap-long", "much"], 2, "'much' is no decimal number"),
        (["--count", "0"], 2, "--count"),
    ],
)
def test_what_cannot_be_done_is_said_by_a_code_and_without_a_traceback(
    backtest: Backtest, options: list[str], status: int, code: str
) -> None:
    done = backtest(*options)

    assert (done.status, done.out) == (status, "")
    assert code in done.said
    assert "Traceback" not in done.said


def test_help_explains_files_and_exit_codes(backtest: Backtest) -> None:
    done = backtest("--help")

    assert done.status == 0
    for word in ("--walk-forward", "strategy file", "exit code", "docs/backtest.md"):
        assert word in done.out
