"""Compares two ledgers table by table, row by row, as text: 1.0 and 1.000 are not the same evidence."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from psycopg import sql
from psycopg.rows import tuple_row

from scripts.tools.evidence.replay.fold_law import Connection, Table, columns_of

# Types whose text is not in the order of their values.
_WHOLE_NUMBERS = ("bigint", "integer", "smallint")
_TEXTS = ("text", "character varying")
_NULL = "\\N"
# What COPY writes for characters that would look like its own.
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ESCAPED = re.compile(r"\\(.)")

Key = tuple[int | bytes, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """The first row in which two tables differ.

    key: which row. what: `differs`, `missing` in the replay, or `unexpected` in it.
    columns: for each column that differs what the ledger and the replay have; None for null or no row.
    """

    key: Mapping[str, str]
    what: str
    columns: Mapping[str, tuple[str | None, str | None]]

    def __str__(self) -> str:
        key = ", ".join(f"{name} {value}" for name, value in self.key.items())
        if self.what != "differs":
            return f"{key} is {'not in the replay' if self.what == 'missing' else 'in the replay alone'}"
        told = (f"{name} is {ours}, in the replay {theirs}" for name, (ours, theirs) in self.columns.items())
        return f"{key}: {'; '.join(told)}"


@dataclass(slots=True)
class Comparison:
    """How two tables compare: rows on each side, and how many are missing, unexpected or different.

    fault: why they cannot be compared, if they cannot.
    """

    table: str
    rows: int = 0
    replayed: int = 0
    missing: int = 0
    unexpected: int = 0
    differing: int = 0
    first: Difference | None = None
    fault: str | None = None

    @property
    def identical(self) -> bool:
        """Whether every row is the same on both sides."""
        return not (self.missing or self.unexpected or self.differing or self.fault)

    def as_document(self) -> dict[str, Any]:
        """The comparison as JSON."""
        return {**asdict(self), "identical": self.identical}


def compare(ledger: Connection, schema: str, replayed: Connection, table: Table) -> Comparison:
    """Compare a table of two ledgers, where `schema` has it in both, streaming them in the order of its key.

    Both sessions must print alike (see auditor.auditing).
    """
    comparison = Comparison(table.name)
    columns = columns_of(ledger, schema, table.name)
    if columns != table.columns:
        comparison.fault = f"the ledger is of another version: its columns are {', '.join(columns) or 'none'}"
        return comparison
    with _lines(ledger, schema, table) as ours, _lines(replayed, schema, table) as theirs:
        _walk(table, ours, theirs, comparison)
    return comparison


def _walk(table: Table, ours: Iterator[bytes], theirs: Iterator[bytes], comparison: Comparison) -> None:
    key_of = _Keys(table)
    our, their = next(ours, None), next(theirs, None)
    while our is not None or their is not None:
        order = 0 if our == their else key_of.order(our, their)
        if our != their:
            _note(table, comparison, our if order <= 0 else None, their if order >= 0 else None)
        if order <= 0:
            comparison.rows += 1
            our = next(ours, None)
        if order >= 0:
            comparison.replayed += 1
            their = next(theirs, None)


def _note(table: Table, comparison: Comparison, our: bytes | None, their: bytes | None) -> None:
    if their is None:
        what = "missing"
        comparison.missing += 1
    elif our is None:
        what = "unexpected"
        comparison.unexpected += 1
    else:
        what = "differs"
        comparison.differing += 1
    if comparison.first is None:
        comparison.first = _difference(table, what, our, their)


def _difference(table: Table, what: str, our: bytes | None, their: bytes | None) -> Difference:
    mine, other = _values(table, our), _values(table, their)
    key = {name: (mine or other)[name] or "" for name in table.key_columns}
    columns = {
        name: (mine.get(name), other.get(name)) for name in table.columns if mine.get(name) != other.get(name)
    }
    return Difference(key, what, columns)


def _values(table: Table, line: bytes | None) -> dict[str, str | None]:
    if line is None:
        return {}
    fields = line.decode().rstrip("\n").split("\t")
    texts = [None if text == _NULL else _ESCAPED.sub(_unescaped, text) for text in fields]
    return dict(zip(table.columns, texts, strict=True))


def _unescaped(match: re.Match[str]) -> str:
    return _ESCAPES.get(match[1], match[1])


class _Keys:
    """The order of rows, as the queries give them."""

    def __init__(self, table: Table) -> None:
        self._places = [(table.columns.index(name), kind in _WHOLE_NUMBERS) for name, kind in table.key]

    def order(self, our: bytes | None, their: bytes | None) -> int:
        """Which row comes first: ours (-1), theirs (1), or none, being the same row (0); None is the end."""
        if our is None or their is None:
            return 1 if our is None else -1
        mine, other = self._key(our), self._key(their)
        return (mine > other) - (mine < other)

    def _key(self, line: bytes) -> Key:
        fields = line.rstrip(b"\n").split(b"\t")
        return tuple(int(fields[place]) if whole else fields[place] for place, whole in self._places)


@contextmanager
def _lines(connection: Connection, schema: str, table: Table) -> Iterator[Iterator[bytes]]:
    """The rows as COPY writes them, a line each, as they come from the server."""
    with connection.cursor(row_factory=tuple_row) as cursor, cursor.copy(_query(schema, table)) as copy:
        yield (bytes(line) for line in copy)


def _query(schema: str, table: Table) -> sql.Composed:
    return sql.SQL("copy (select {} from {}.{} order by {}) to stdout").format(
        sql.SQL(", ").join(map(sql.Identifier, table.columns)),
        sql.Identifier(schema),
        sql.Identifier(table.name),
        sql.SQL(", ").join(_orders(table)),
    )


def _orders(table: Table) -> Iterable[sql.Composable]:
    """Byte by byte, since the two servers may know different collations."""
    for name, kind in table.key:
        column: Any = sql.Identifier(name)
        yield sql.SQL('{} collate "C"').format(column) if kind in _TEXTS else column
