"""Stored bars, read as the ledger's auditor: one moment, as a stream."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import psycopg
import typer
from psycopg import sql

from scripts.tools.evidence.auditor import Connection, auditing, stream
from scripts.tools.evidence.verify.cli import database_url
from scripts.tools.operator.ledger import OperatorError

Symbol = Annotated[str, typer.Argument(help="Whose bars.")]
TimeframeName = Annotated[str, typer.Argument(help="M1, M5, M15, M30, H1, H4 or D1.")]
Source = Annotated[str, typer.Option(help="feed, or account:<account id>.")]
From = Annotated[str | None, typer.Option("--from", help="The first opening, UTC.")]
Until = Annotated[str | None, typer.Option("--until", help="Only what opened before, UTC.")]

COLUMNS = (
    "opened_at",
    "open",
    "high",
    "low",
    "close",
    "tick_volume",
    "spread_points",
    "version",
    "recorded_at",
)


@dataclass(frozen=True, slots=True)
class Series:
    """The bars of a source, symbol and timeframe that opened from `begin` to before `until`."""

    source: str
    symbol: str
    timeframe: str
    begin: datetime | None
    until: datetime | None


@contextmanager
def reading(stack: str | None, database: str | None) -> Iterator[Connection]:
    """A connection that sees one moment. Raises OperatorError."""
    try:
        with auditing(database_url(stack, database)) as connection:
            yield connection
    except psycopg.Error as error:
        raise OperatorError(f"the ledger cannot be read: {error}") from None


def stored(
    connection: Connection, series: Series, *, all_versions: bool = False
) -> Iterator[tuple[Any, ...]]:
    """The values of COLUMNS of each bar, oldest first: its newest version, or every one."""
    query = sql.SQL(
        "select {} {} from ledger.bars where source = %(source)s and symbol = %(symbol)s"
        " and timeframe = %(timeframe)s and opened_at >= %(begin)s and opened_at < %(until)s"
        " order by opened_at, version {}"
    ).format(
        sql.SQL("") if all_versions else sql.SQL("distinct on (opened_at)"),
        sql.SQL(", ").join(map(sql.Identifier, COLUMNS)),
        sql.SQL("") if all_versions else sql.SQL("desc"),
    )
    parameters = {
        "source": series.source,
        "symbol": series.symbol,
        "timeframe": series.timeframe,
        "begin": series.begin or "-infinity",
        "until": series.until or "infinity",
    }
    return stream(connection, "bars", query, parameters)
