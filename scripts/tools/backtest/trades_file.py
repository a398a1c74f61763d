"""Trades, one a line: for spreadsheets and for programs."""

import csv
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from functions.contract.scalars import decimal_text, timestamp_text
from scripts.tools.backtest.engine.positions import Trade
from scripts.tools.backtest.errors import BacktestError

COLUMNS = (
    "account_id",
    "strategy_id",
    "signal_id",
    "symbol",
    "side",
    "volume_lots",
    "opened_at",
    "open_price",
    "stop_loss",
    "take_profit",
    "closed_at",
    "close_price",
    "reason",
    "profit",
    "commission",
    "swap",
    "net_profit",
    "r_multiple",
)


def trade_record(trade: Trade) -> dict[str, str | None]:
    """A trade by column; decimals exact, but for the R-multiple, which has four."""
    values: dict[str, Any] = {name: getattr(trade, name) for name in COLUMNS}
    multiple = trade.r_multiple
    return {
        **{name: _text(value) for name, value in values.items()},
        "r_multiple": None if multiple is None else f"{multiple:.4f}",
    }


def write_trades(file: Path, trades: Iterable[Trade]) -> None:
    """Write a CSV file with a header. Raises BacktestError if it cannot be written."""
    try:
        with file.open("w", newline="", encoding="utf-8") as out:
            writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(trade_record(trade) for trade in trades)
    except OSError as error:
        raise BacktestError("output_unwritable", f"{file}: cannot be written: {error.strerror}") from None


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, Decimal):
        return decimal_text(value)
    return timestamp_text(value) if hasattr(value, "utcoffset") else str(value)
