"""The page of a report, put together from the findings and written to one file."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from functions.contract.scalars import timestamp_text
from scripts.tools.backtest.engine.positions import Trade
from scripts.tools.backtest.engine.result import AccountResult
from scripts.tools.backtest.engine.statistics import Statistics, statistics
from scripts.tools.backtest.errors import BacktestError
from scripts.tools.backtest.findings import Findings, reasons
from scripts.tools.backtest.report.charts import figure_of, library
from scripts.tools.backtest.report.monthly import MONTHS, years_of
from scripts.tools.backtest.summary import (
    UNDEFINED,
    chosen_text,
    money,
    percent,
    score_text,
    statistic_rows,
)

_TEMPLATE = "page.html.j2"
# The deeper the colour, the further from zero; this return has the deepest.
_FULL_COLOUR = Decimal("0.05")


def write_report(file: Path, findings: Findings) -> None:
    """Write the report. Raises BacktestError if the file cannot be written."""
    page = render(findings)
    try:
        file.write_text(page, encoding="utf-8")
    except OSError as error:
        raise BacktestError("output_unwritable", f"{file}: cannot be written: {error.strerror}") from None


def render(findings: Findings) -> str:
    """The whole page. Everything it shows is escaped; it forbids itself any connection."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found = [statistics(account) for account in findings.columns]
    return environment.get_template(_TEMPLATE).render(
        title=f"{findings.bars[0].symbol} {findings.bars[0].timeframe}",
        kind="Walk-forward, out of sample" if findings.plan else "Backtest",
        settings=findings.settings(),
        settings_text=json.dumps(findings.settings(), indent=2),
        signals=findings.result.signals,
        names=[account.account_id for account in findings.columns],
        currency=findings.columns[0].currency,
        cards=_cards(found[0]),
        statistics=statistic_rows(found),
        months=MONTHS,
        calendars=[(account.account_id, _calendar(account)) for account in findings.columns],
        decisions=[(account.account_id, reasons(account)) for account in findings.result.accounts],
        steps=_steps(findings),
        pick_by=findings.plan.statistic if findings.plan else None,
        trades=_trades(findings),
        figure=figure_of(findings),
        library=library(),
    )


def _cards(found: Statistics) -> list[tuple[str, str, str]]:
    """What is looked at first: name, value, and whether it is good news."""

    def card(name: str, value: Decimal | None, write: Callable[[Decimal], str], even: Decimal) -> Any:
        if value is None:
            return name, UNDEFINED, ""
        return name, write(value), "gain" if value > even else "loss" if value < even else ""

    zero, one = Decimal(0), Decimal(1)
    return [
        card("Net profit", found.net_profit, money, zero),
        card("CAGR", found.cagr, percent, zero),
        card("Sharpe", found.sharpe_ratio, lambda value: f"{value:.2f}", zero),
        card("Sortino", found.sortino_ratio, lambda value: f"{value:.2f}", zero),
        ("Max drawdown", percent(found.max_drawdown_ratio), ""),
        card("Profit factor", found.profit_factor, lambda value: f"{value:.2f}", one),
        card("Expectancy", found.expectancy_r, lambda value: f"{value:+.3f} R", zero),
        ("Trades", str(found.trades), ""),
    ]


def _calendar(account: AccountResult) -> list[dict[str, Any]]:
    return [
        {"year": year.year, "cells": [*map(_cell, year.months), _cell(year.whole)]}
        for year in years_of(account)
    ]


def _cell(value: Decimal | None) -> tuple[str, str]:
    """A return and the background it is shown on."""
    if value is None:
        return "", ""
    depth = float(min(abs(value) / _FULL_COLOUR, Decimal(1))) * 0.55
    colour = "0,114,178" if value > 0 else "213,94,0"
    return f"{value * 100:+.2f}", f"background:rgba({colour},{depth:.2f})"


def _steps(findings: Findings) -> list[dict[str, str]]:
    return [
        {
            "trained_from": timestamp_text(step.trained_from),
            "tested_from": timestamp_text(step.tested_from),
            "tested_until": timestamp_text(step.tested_until),
            "chosen": chosen_text(step.chosen, findings.varied),
            "train": score_text(step.train_score),
            "test": score_text(step.test_score),
            "net_profit": money(step.net_profit),
            "trades": str(step.trades),
        }
        for step in findings.steps
    ]


def _trades(findings: Findings) -> list[dict[str, Any]]:
    """All trades in the order of their closing, as they are read."""
    trades = sorted(
        (trade for account in findings.result.accounts for trade in account.trades),
        key=lambda trade: (trade.closed_at, trade.account_id, trade.directive_no),
    )
    return [_trade(trade, findings.setup.instrument.digits) for trade in trades]


def _trade(trade: Trade, digits: int) -> dict[str, Any]:
    def price(value: Decimal | None) -> str:
        return "" if value is None else f"{value:.{digits}f}"

    multiple = trade.r_multiple
    return {
        "account_id": trade.account_id,
        "strategy_id": trade.strategy_id,
        "side": trade.side,
        "volume_lots": f"{trade.volume_lots:.2f}",
        "opened_at": f"{trade.opened_at:%Y-%m-%d %H:%M}",
        "open_price": price(trade.open_price),
        "stop_loss": price(trade.stop_loss),
        "take_profit": price(trade.take_profit),
        "closed_at": f"{trade.closed_at:%Y-%m-%d %H:%M}",
        "close_price": price(trade.close_price),
        "reason": trade.reason,
        "profit": f"{trade.profit:,.2f}",
        "costs": f"{trade.commission + trade.swap:,.2f}",
        "net_profit": f"{trade.net_profit:+,.2f}",
        "r_multiple": "" if multiple is None else f"{multiple:+.2f}",
        "tone": "gain" if trade.net_profit > 0 else "loss" if trade.net_profit < 0 else "",
    }
