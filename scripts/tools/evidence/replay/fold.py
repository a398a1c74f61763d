"""Folds a journal: applies its entries, one after the other, to the tables of an empty ledger.

The order is that of journal_id. It is drawn when an entry is written, and whoever needs another's row, by a
foreign key or to continue its chain, waits until the other has committed: what follows from an entry has a
higher number. The transaction's own number would be wrong: it is drawn at a transaction's first write, and
that transaction may then wait for one that began after it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import psycopg
from psycopg import sql
from psycopg.rows import tuple_row

from scripts.tools.evidence.replay.fold_law import Connection, Table, told_by
from scripts.tools.evidence.replay.fold_statements import HELD_BACK, fold_function

BATCH_ROWS = 5_000
# Statistics are taken anew whenever there is ten times as much: plans for empty tables do not suit full ones.
_GROWTH = 10

Progress = Callable[[int], None]

# What watches over the ledger's callers, and what would write a journal of its own. The other triggers stay:
# they keep the exposures, and are to be seen doing it.
_WATCHING = """
    select c.relname, t.tgname, t.tgenabled = 'A' as always
    from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where c.relnamespace = 'ledger'::regnamespace and not c.relispartition and not t.tgisinternal
        and (t.tgname like '_\\_guard\\_%' or t.tgname like '_\\_lock\\_%' or t.tgname like 'z\\_journal\\_%')
    order by 1, 2
"""
_LAST_SETTINGS = """
    select payload from history.journal where entity = 'settings' order by journal_id desc limit 1
"""


class FoldError(Exception):
    """An entry of the journal cannot be applied; the message names it and says why."""


@contextmanager
def prepared(target: Connection) -> Iterator[None]:
    """Within, the ledger is empty but for what migrations write without a journal, and ready for fold().

    target: a freshly migrated database of our own, as its owner, in autocommit mode.
    """
    watching = [tuple(row) for row in target.execute(_WATCHING.encode()).fetchall()]
    for table, trigger, _ in watching:
        _alter(target, table, "disable", trigger)
    _forget_migrations(target)
    (simulated_time,) = target.execute("select simulated_time from ledger.settings").fetchall()[0]
    target.execute("update ledger.settings set simulated_time = true where only_row")
    target.execute("create schema replay")
    target.execute(fold_function(told_by(target)))
    yield
    target.execute("drop schema replay cascade")
    target.execute("update ledger.settings set simulated_time = %s where only_row", (simulated_time,))
    _apply_settings(target)
    for table, trigger, always in watching:
        _alter(target, table, "enable always" if always else "enable", trigger)


def fold(target: Connection, progress: Progress) -> int:
    """Apply the journal that `target` holds to its tables; answers how many entries that were.

    progress: told how many more were applied. Raises FoldError.
    """
    folded, analyzed, last = 0, 0, -1
    while True:
        last, rows, moved = _fold(target, last)
        if not rows:
            return folded
        if moved:
            _move(target, moved)
        folded += rows
        progress(rows)
        if folded >= _GROWTH * analyzed:
            _analyze(target)
            analyzed = folded


def _fold(target: Connection, after: int) -> tuple[int, int, date | None]:
    try:
        with target.cursor(row_factory=tuple_row) as cursor:
            cursor.execute("select last_id, rows, moved from replay.fold(%s, %s)", (after, BATCH_ROWS))
            ((last, rows, moved),) = cursor.fetchall()
    except psycopg.errors.RaiseException as error:
        raise FoldError(f"{error.diag.message_detail}: {error.diag.message_primary}") from None
    return last, rows, moved


def _move(target: Connection, month: date) -> None:
    """Take a month to the archive, as it was taken then: what came later found it there."""
    bound = "select ledger.bound_partitions(%s)"
    while not target.execute(bound, (month,)).fetchall()[0][0]:
        pass
    target.execute("select ledger.move_partition(t, %s) from unnest(ledger.story_tables()) t", (month,))


def _forget_migrations(target: Connection) -> None:
    """A migration's journaled rows are in the journal that is folded too, if it had that migration then."""
    for told in told_by(target):
        if told.inserted:
            target.execute(_forget(told.table), (told.entity, told.event.replace("%s", "%")))
    target.execute("delete from ledger.journal")


def _forget(table: Table) -> sql.Composed:
    return sql.SQL(
        "delete from ledger.{table} t using ledger.journal j,"
        " jsonb_populate_record(null::ledger.{table}, j.payload::jsonb) r"
        " where j.entity = %s and j.event like %s and ({mine}) = ({told})"
    ).format(
        table=sql.Identifier(table.name),
        mine=sql.SQL(", ").join(sql.Identifier("t", column) for column in table.key_columns),
        told=sql.SQL(", ").join(sql.Identifier("r", column) for column in table.key_columns),
    )


def _apply_settings(target: Connection) -> None:
    """The last settings there were; they could not be in force while the fold set the clock."""
    told = next(told for told in told_by(target) if told.table.name == HELD_BACK)
    columns = sql.SQL(", ").join(map(sql.Identifier, told.table.other_columns))
    statement = (
        "with last as ({last}) update ledger.settings set ({columns}) = (select {columns} from"
        " jsonb_populate_record(null::ledger.settings, (select payload::jsonb from last)))"
        " where only_row and exists (select from last)"
    )
    target.execute(sql.SQL(statement).format(last=sql.SQL(_LAST_SETTINGS), columns=columns))


def _analyze(target: Connection) -> None:
    target.execute("analyze ledger.journal")
    for told in told_by(target):
        target.execute(sql.SQL("analyze ledger.{}").format(sql.Identifier(told.table.name)))


def _alter(target: Connection, table: str, verb: str, trigger: str) -> None:
    statement = sql.SQL("alter table ledger.{} {} trigger {}")
    target.execute(statement.format(sql.Identifier(table), sql.SQL(verb), sql.Identifier(trigger)))
