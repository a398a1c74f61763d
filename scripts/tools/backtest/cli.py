"""`scripts/distort backtest`: strategies and director of production over a file of bars."""

import itertools
import json
import sys
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from functions.contract.bar import Bar
from scripts.tools.backtest.engine.loop import run
from scripts.tools.backtest.engine.setup import Costs, Setup
from scripts.tools.backtest.engine.signals import Signals
from scripts.tools.backtest.engine.statistics import PICKABLE
from scripts.tools.backtest.engine.walk_forward import Plan, bars_to_live_through, walk, windows
from scripts.tools.backtest.errors import BacktestError
from scripts.tools.backtest.findings import Findings
from scripts.tools.backtest.inputs import (
    Candidates,
    accounts_of,
    instrument_of,
    restrictions_of,
    strategies_of,
)
from scripts.tools.backtest.summary import show
from scripts.tools.backtest.trades_file import write_trades
from scripts.tools.demo import cast
from scripts.tools.demo.bars_file import BarsFile, read_bars, sample_file
from scripts.tools.demo.cli import named_timeframe, with_spread
from scripts.tools.demo.errors import DemoError
from scripts.tools.demo.progress import counting

PLAIN_WIDTH = 140


def backtest(
    bars: Annotated[
        Path | None,
        typer.Option(help="A MetaTrader export or a CSV file; without it, 5,000 real EURUSD H1 bars."),
    ] = None,
    symbol: Annotated[
        str | None, typer.Option(help="Whose bars they are (default: the file's name).")
    ] = None,
    timeframe: Annotated[str | None, typer.Option(help="How long a bar is (default: deduced).")] = None,
    count: Annotated[
        int | None, typer.Option(min=1, help="How many bars, from the first (default: all).")
    ] = None,
    strategy: Annotated[
        list[str] | None,
        typer.Option(help="A JSON file, or a kind together with --parameters; several times for several."),
    ] = None,
    parameters: Annotated[str | None, typer.Option(help="The parameters of a kind, a JSON object.")] = None,
    account: Annotated[
        list[Path] | None, typer.Option(help="A JSON file with money and limits; several times for several.")
    ] = None,
    instrument: Annotated[
        Path | None, typer.Option(help="A JSON file with what the contract specification differs in.")
    ] = None,
    restrictions: Annotated[
        Path | None, typer.Option(help="A JSON file with halts, news windows and correlation groups.")
    ] = None,
    contract_size: Annotated[int, typer.Option(min=1, help="Units of the base asset in a lot.")] = 100_000,
    spread_points: Annotated[
        int | None, typer.Option(min=0, max=1_000_000, help="The spread (default: the file's own, else 10).")
    ] = None,
    slippage_points: Annotated[
        int, typer.Option(min=0, max=100_000, help="What market orders and stop losses are filled worse by.")
    ] = 0,
    commission_per_lot: Annotated[str, typer.Option(help="Per lot and deal, so twice per trade.")] = str(
        cast.COMMISSION_PER_LOT
    ),
    swap_long: Annotated[str, typer.Option(help="Per lot and night, negative where it costs.")] = "0",
    swap_short: Annotated[str, typer.Option(help="The same for positions sold.")] = "0",
    walk_forward: Annotated[
        str | None,
        typer.Option(
            metavar="TRAIN,TEST", help="Choose on so many bars from the grids, trade the next, move on."
        ),
    ] = None,
    pick_by: Annotated[str, typer.Option(help="The statistic to choose by.")] = "sharpe_ratio",
    html: Annotated[Path | None, typer.Option(help="Write a report that needs no network.")] = None,
    trades: Annotated[Path | None, typer.Option(help="Write the trades as CSV.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Trade a file of bars with the generator's strategies and the director's rules.

    The same functions decide as in production, and the broker is the demo's:
    bars are bids, orders are filled at the first price of the next bar, and
    within a bar a stop loss comes before a take profit. What --strategy and
    --account leave open is the demo's. A strategy file has what `distort
    strategy save` takes (strategy_id, kind, parameters) and, for a
    walk-forward, a grid of values by parameter. An account file has a balance,
    a leverage, and any of the limits of `distort account open`. Errors begin
    with a stable code; the exit code is 1 if the backtest could not be run, 2
    if the options are wrong. docs/backtest.md explains the rest.
    """
    file = _read(bars, symbol, timeframe, spread_points)
    candidates = strategies_of(strategy or [], parameters, file)
    chosen = tuple(each.strategies[0] for each in candidates)
    setup = Setup(
        instrument=instrument_of(instrument, file, Decimal(contract_size)),
        costs=Costs(
            commission_per_lot=_decimal("--commission-per-lot", commission_per_lot),
            slippage_points=slippage_points,
            swap_long_per_lot=_decimal("--swap-long", swap_long),
            swap_short_per_lot=_decimal("--swap-short", swap_short),
        ),
        accounts=tuple(accounts_of(account or [], file, [each.strategy_id for each in chosen])),
        strategies=chosen,
        restrictions=restrictions_of(restrictions),
    )
    source = bars.name if bars else f"{file.symbol}.csv of the backtesting package"
    if walk_forward is None:
        findings = _lived(file, count, setup, source)
    else:
        plan = _plan(walk_forward, pick_by)
        findings = _walked(file.bars[:count], setup, candidates, plan, source)
    _hand_out(findings, html=html, trades=trades, as_json=as_json)


def _read(bars: Path | None, symbol: str | None, timeframe: str | None, spread: int | None) -> BarsFile:
    try:
        return with_spread(read_bars(bars or sample_file(), symbol, named_timeframe(timeframe)), spread)
    except DemoError as error:
        raise BacktestError("bars_unreadable", str(error)) from None


def _lived(file: BarsFile, count: int | None, setup: Setup, source: str) -> Findings:
    """One backtest over all bars. If there are more than asked for, the next one prices the last orders."""
    number = min(count or len(file.bars), len(file.bars))
    bars = file.bars[: number + 1]
    first = min(strategy.warm_up_bars for strategy in setup.strategies) - 1
    if number <= first:
        raise BacktestError(
            "bars_too_few", f"{number} bars are too few: the strategies read {first + 1} before they can act"
        )
    with counting(number - first, _what(bars)) as advance:
        sources = [Signals(strategy, bars) for strategy in setup.strategies]
        result = run(bars, setup, sources, first=first, last=number - 1, progress=advance)
    return Findings(source, bars[:number], setup, result)


def _walked(
    bars: Sequence[Bar], setup: Setup, candidates: Sequence[Candidates], plan: Plan, source: str
) -> Findings:
    if not any(each.has_grid for each in candidates):
        raise BacktestError(
            "strategy_without_grid", "a walk-forward chooses from a grid: give one in a strategy's JSON file"
        )
    choices = list(itertools.product(*(each.strategies for each in candidates)))
    warm_up = max(strategy.warm_up_bars for choice in choices for strategy in choice)
    found = windows(len(bars), warm_up, plan)
    if not found:
        raise BacktestError(
            "bars_too_few",
            f"{len(bars)} bars leave none to test on: {warm_up - 1} to warm up, {plan.train_bars} to train",
        )
    total = bars_to_live_through(found, len(choices), plan)
    with counting(total, f"{_what(bars)}, {len(found)} windows, {len(choices)} candidates") as advance:
        walked = walk(bars, setup, choices, plan, progress=advance)
    return Findings(source, bars, setup, walked.result, plan, walked.steps, _varied(candidates))


def _varied(candidates: Sequence[Candidates]) -> dict[str, dict[str, list[Any]]]:
    """The parameters that differ between a strategy's candidates, and the values they have."""
    return {
        each.strategies[0].strategy_id: {
            name: values
            for name in each.strategies[0].parameters
            if len(values := _distinct(other.parameters[name] for other in each.strategies)) > 1
        }
        for each in candidates
    }


def _distinct(values: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found


def _plan(text: str, pick_by: str) -> Plan:
    train, _, test = text.partition(",")
    if not (train.strip().isdecimal() and test.strip().isdecimal() and int(train) and int(test)):
        raise BacktestError("windows_invalid", f"--walk-forward {text!r}; expected bars like 1000,250")
    if pick_by not in PICKABLE:
        raise BacktestError("statistic_unknown", f"--pick-by {pick_by!r} is none of {', '.join(PICKABLE)}")
    return Plan(int(train), int(test), pick_by)


def _hand_out(findings: Findings, *, html: Path | None, trades: Path | None, as_json: bool) -> None:
    if trades:
        write_trades(trades, (each for account in findings.result.accounts for each in account.trades))
    if html:
        # Drawing takes a library that is slow to load.
        from scripts.tools.backtest.report.page import write_report

        write_report(html, findings)
    if as_json:
        sys.stdout.write(json.dumps(findings.document(), indent=2) + "\n")
    else:
        show(findings, Console(highlight=False, width=None if sys.stdout.isatty() else PLAIN_WIDTH))


def _decimal(option: str, text: str) -> Decimal:
    try:
        value = Decimal(text)
    except ArithmeticError:
        raise typer.BadParameter(f"{text!r} is no decimal number", param_hint=option) from None
    if not value.is_finite() or abs(value) > 1_000_000:
        raise typer.BadParameter(f"{text!r} is no amount of money", param_hint=option)
    return value


def _what(bars: Sequence[Bar]) -> str:
    return f"{bars[0].symbol} {bars[0].timeframe} bars"
