"""A backtest for the eye: the statistics of all accounts beside each other, in a terminal or a report."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from functions.contract.scalars import timestamp_text
from scripts.tools.backtest.engine.statistics import Statistics, statistics
from scripts.tools.backtest.findings import Findings, reasons

UNDEFINED = "-"

Row = tuple[str, list[str]]


def money(value: Decimal) -> str:
    """With its sign, thousands apart."""
    return f"{value:+,.2f}"


def percent(value: Decimal) -> str:
    """A share as a percentage."""
    return f"{value * 100:,.2f} %"


def span(value: timedelta) -> str:
    """Days and hours."""
    hours = int(value.total_seconds()) // 3600
    return f"{hours // 24} d {hours % 24} h" if hours >= 24 else f"{hours} h"


def _ratio(value: Decimal) -> str:
    return f"{value:.2f}"


# What is shown, in this order: name, field, and how it is written.
_SHOWN: Sequence[tuple[str, str, Callable[[Any], str]]] = (
    ("Net profit", "net_profit", money),
    ("Return", "net_profit_ratio", percent),
    ("CAGR", "cagr", percent),
    ("Sharpe ratio", "sharpe_ratio", _ratio),
    ("Sortino ratio", "sortino_ratio", _ratio),
    ("Calmar ratio", "calmar_ratio", _ratio),
    ("Max drawdown", "max_drawdown", lambda value: f"{value:,.2f}"),
    ("Max drawdown of peak", "max_drawdown_ratio", percent),
    ("Longest drawdown", "longest_drawdown", span),
    ("Profit factor", "profit_factor", _ratio),
    ("Expectancy per trade", "expectancy", money),
    ("Expectancy in R", "expectancy_r", lambda value: f"{value:+.3f}"),
    ("SQN", "system_quality_number", _ratio),
    ("Trades", "trades", str),
    ("Win rate", "win_rate", percent),
    ("Payoff ratio", "payoff_ratio", _ratio),
    ("Longest losing streak", "longest_losing_streak", str),
    ("Time in market", "exposure_ratio", percent),
    ("Average holding", "mean_holding", span),
    ("Commission", "commission", money),
    ("Swap", "swap", money),
    ("Spread, in prices", "spread", money),
    ("Slippage, in prices", "slippage", money),
)


def statistic_rows(found: Sequence[Statistics]) -> list[Row]:
    """One row per statistic, one text per account."""
    return [(name, [_written(each, field, write) for each in found]) for name, field, write in _SHOWN]


def show(findings: Findings, console: Console) -> None:
    """Print the statistics, the decisions and, of a walk-forward, its steps."""
    columns = findings.columns
    table = Table(box=SIMPLE_HEAD, title="backtest", title_justify="left", title_style="bold")
    table.add_column(columns[0].currency)
    for account in columns:
        table.add_column(account.account_id, justify="right")
    for name, texts in statistic_rows([statistics(account) for account in columns]):
        table.add_row(name, *texts)
    console.print(table)
    console.print(_decisions(findings))
    if findings.steps:
        console.print(_steps(findings))


def _decisions(findings: Findings) -> Table:
    table = Table(box=SIMPLE_HEAD, title="decisions", title_justify="left", title_style="bold")
    table.add_column("account_id")
    table.add_column("reason")
    table.add_column("decisions", justify="right")
    for account in findings.result.accounts:
        for reason, count in reasons(account):
            table.add_row(account.account_id, reason, str(count))
    return table


def _steps(findings: Findings) -> Table:
    table = Table(box=SIMPLE_HEAD, title="walk-forward", title_justify="left", title_style="bold")
    for name in ("tested from", "chosen", "train", "test", "net profit", "trades"):
        table.add_column(name, justify="left" if name in ("tested from", "chosen") else "right")
    for step in findings.steps:
        table.add_row(
            timestamp_text(step.tested_from),
            chosen_text(step.chosen, findings.varied),
            score_text(step.train_score),
            score_text(step.test_score),
            money(step.net_profit),
            str(step.trades),
        )
    return table


def chosen_text(chosen: Sequence[Any], varied: Mapping[str, Mapping[str, Any]]) -> str:
    """The parameters that were chosen between, and what they were set to."""
    return "; ".join(
        f"{strategy.strategy_id}: "
        + ", ".join(f"{name} {strategy.parameters[name]}" for name in varied[strategy.strategy_id])
        for strategy in chosen
        if varied.get(strategy.strategy_id)
    )


def score_text(score: Decimal | None) -> str:
    """A statistic chosen by."""
    return UNDEFINED if score is None else f"{score:.3f}"


def _written(found: Statistics, field: str, write: Callable[[Any], str]) -> str:
    value = getattr(found, field)
    return UNDEFINED if value is None else write(value)
