"""Which journal entries tell of which table, as the triggers say that write them: no list can be stale."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

_TOLD = """
    select c.relname as name, t.tgtype & 4 > 0 as inserted, t.tgargs as arguments
    from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where t.tgname like 'z\\_journal\\_%' and t.tgparentid = 0 and c.relnamespace = 'ledger'::regnamespace
    order by c.relname, t.tgname
"""
_COLUMNS = """
    select a.attname as name from pg_attribute a
    where a.attrelid = to_regclass(format('%%I.%%I', %s::text, %s::text))
        and a.attnum > 0 and not a.attisdropped
    order by a.attnum
"""
# With the type of each column of the key, for whoever has to order by it.
_KEY = """
    select a.attname as name, format_type(a.atttypid, null) as type
    from pg_constraint k cross join unnest(k.conkey) with ordinality as key (attnum, place)
    join pg_attribute a on a.attrelid = k.conrelid and a.attnum = key.attnum
    where k.conrelid = format('ledger.%%I', %s::text)::regclass and k.contype = 'p'
    order by key.place
"""
_TABLES = """
    select c.relname as name from pg_class c
    where c.relnamespace = 'ledger'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    order by c.relname
"""

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the ledger; `key` are the columns of its primary key with their types."""

    name: str
    columns: tuple[str, ...]
    key: tuple[tuple[str, str], ...]

    @property
    def key_columns(self) -> tuple[str, ...]:
        """The names of the primary key's columns."""
        return tuple(name for name, _ in self.key)

    @property
    def other_columns(self) -> tuple[str, ...]:
        """What an update may change: all but the key."""
        return tuple(name for name in self.columns if name not in self.key_columns)


@dataclass(frozen=True, slots=True)
class Told:
    """Which journal entries tell of which table.

    inserted: whether they tell of a new row; else of one that was changed.
    event: the event, with %s for the value of the column `detail` if there is one.
    """

    table: Table
    inserted: bool
    entity: str
    event: str
    detail: str | None


def tables_of(connection: Connection) -> list[Table]:
    """Every table of the ledger, without its partitions."""
    names = [row[0] for row in _rows(connection, _TABLES)]
    return [_table(connection, name) for name in names]


def told_by(connection: Connection) -> list[Told]:
    """Every kind of journal entry; those with a fixed name come before those with a part that varies."""
    found = [_told(connection, *row) for row in _rows(connection, _TOLD)]
    return sorted(found, key=lambda told: told.detail is not None)


def columns_of(connection: Connection, schema: str, name: str) -> tuple[str, ...]:
    """The columns of a table or view in their order; none if it is not there."""
    return tuple(row[0] for row in _rows(connection, _COLUMNS, schema, name))


def _told(connection: Connection, name: str, inserted: bool, arguments: bytes) -> Told:
    entity, _key, event, *detail = (part.decode() for part in arguments.rstrip(b"\0").split(b"\0"))
    return Told(_table(connection, name), inserted, entity, event, detail[0] if detail else None)


def _table(connection: Connection, name: str) -> Table:
    key = tuple((row[0], row[1]) for row in _rows(connection, _KEY, name))
    return Table(name, columns_of(connection, "ledger", name), key)


def _rows(connection: Connection, query: str, *parameters: object) -> Iterator[Any]:
    with connection.cursor(row_factory=psycopg.rows.tuple_row) as cursor:
        yield from cursor.execute(query.encode(), parameters or None).fetchall()
