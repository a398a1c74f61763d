"""Brings rows from one database into another as they come, without holding them."""

from collections.abc import Callable, Sequence

from psycopg import sql

from scripts.tools.evidence import auditor
from scripts.tools.evidence.replay.fold_law import Connection

_PROGRESS_ROWS = 5_000


def stream_copy(
    ledger: auditor.Connection,
    query: sql.Composed,
    target: Connection,
    table: sql.Identifier,
    columns: Sequence[str],
    progress: Callable[[int], None] = lambda rows: None,
) -> None:
    """Copy what `query`, a `copy … to stdout`, gives into columns of a table of `target`."""
    copy_in = sql.SQL("copy {} ({}) from stdin").format(
        table, sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with (
        ledger.cursor() as reader,
        target.cursor() as writer,
        reader.copy(query) as out,
        writer.copy(copy_in) as into,
    ):
        for number, line in enumerate(out, start=1):
            into.write(line)
            if number % _PROGRESS_ROWS == 0:
                progress(_PROGRESS_ROWS)
