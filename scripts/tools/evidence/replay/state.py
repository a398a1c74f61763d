"""The state of a ledger in a few lines: how many rows each table has, and what is going on."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import LiteralString

from psycopg import sql

from scripts.tools.evidence.auditor import Connection, number, rows
from scripts.tools.evidence.replay.fold_law import Table

_SIGNALS: LiteralString = "select status, count(*) as n from ledger.signal_outbox group by 1 order by 1"
_DIRECTIVES: LiteralString = "select status, count(*) as n from ledger.trade_directives group by 1 order by 1"
_EXPOSURES: LiteralString = """
    select account_id, symbol, side, count(*) as positions,
        sum(volume_filled_lots - volume_closed_lots)::text as volume_lots
    from ledger.exposures where volume_filled_lots > 0 group by 1, 2, 3 order by 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class State:
    """Rows by table, signals and directives by status, and the open volume by account, symbol and side."""

    rows: dict[str, int]
    signals: dict[str, int]
    directives: dict[str, int]
    exposures: list[dict[str, object]]


def state_of(ledger: Connection, tables: Iterable[Table]) -> State:
    """What a ledger holds; `tables` are those whose rows are counted."""
    count = sql.SQL("select count(*) from ledger.{}")
    return State(
        rows={table.name: number(ledger, count.format(sql.Identifier(table.name))) for table in tables},
        signals={row["status"]: row["n"] for row in rows(ledger, _SIGNALS)},
        directives={row["status"]: row["n"] for row in rows(ledger, _DIRECTIVES)},
        exposures=list(rows(ledger, _EXPOSURES)),
    )
