"""`scripts/distort bars export`: stored bars as CSV or Parquet."""

import csv
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from functions.contract.scalars import decimal_text, timestamp_text
from scripts.tools.bars.importing import known_timeframe
from scripts.tools.bars.stored import (
    COLUMNS,
    From,
    Series,
    Source,
    Symbol,
    TimeframeName,
    Until,
    reading,
    stored,
)
from scripts.tools.operator.options import StackName, moment

ROWS_PER_GROUP = 50_000

Output = Annotated[Path | None, typer.Option(help="A .csv or .parquet file; else CSV to stdout.")]
AllVersions = Annotated[bool, typer.Option("--all-versions", help="Also the versions that were replaced.")]
Database = Annotated[str | None, typer.Option("--database", help="A PostgreSQL URL, in place of --stack.")]


def export(
    symbol: Symbol,
    timeframe: TimeframeName,
    *,
    source: Source = "feed",
    first: From = None,
    until: Until = None,
    output: Output = None,
    all_versions: AllVersions = False,
    stack: StackName = None,
    database: Database = None,
) -> None:
    """Write stored bars, oldest first; what is written can be imported again."""
    known_timeframe(timeframe)
    series = Series(
        source, symbol, timeframe, moment(first) if first else None, moment(until) if until else None
    )
    with reading(stack, database) as connection:
        rows = (_texts(row) for row in stored(connection, series, all_versions=all_versions))
        columns = COLUMNS if all_versions else COLUMNS[:7]
        if output is not None and output.suffix == ".parquet":
            _write_parquet(output, columns, rows)
        else:
            _write_csv(output, columns, rows)


def _texts(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Prices as exact decimals and times as the contract writes them."""
    return tuple(_text(value) for value in row)


def _text(value: object) -> object:
    if isinstance(value, Decimal):
        return decimal_text(value)
    return timestamp_text(value) if hasattr(value, "utcoffset") else value  # type: ignore[arg-type]


def _write_csv(output: Path | None, columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> None:
    with nullcontext(sys.stdout) if output is None else output.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(row[: len(columns)] for row in rows)


def _write_parquet(output: Path, columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    counts = {"tick_volume", "spread_points", "version"}
    schema = pa.schema([(name, pa.int64() if name in counts else pa.string()) for name in columns])
    with pq.ParquetWriter(output, schema) as writer:
        while group := list(islice(rows, ROWS_PER_GROUP)):
            documents = [dict(zip(columns, row, strict=False)) for row in group]
            writer.write_table(pa.Table.from_pylist(documents, schema=schema))
