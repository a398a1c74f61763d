"""Writes rows to a Parquet file and reads them back, each value exactly as PostgreSQL wrote it.

Numbers of unlimited precision, UUIDs and JSON are text; integers, booleans, moments (UTC, microseconds) and
bytes have types of their own. The type a column has in PostgreSQL stands in the field's metadata.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow

Row = tuple[str | None, ...]

GROUP_ROWS = 20_000
_TYPE = b"postgres_type"


@dataclass(frozen=True, slots=True)
class _Form:
    """How a PostgreSQL type is stored: the name of an Arrow type, and both ways between it and text."""

    arrow: str
    read: Callable[[str], Any]
    write: Callable[[Any], str]


def _moment(text: str) -> datetime:
    # PostgreSQL may write "infinity", which no calendar has: better no export than a wrong one.
    return datetime.fromisoformat(text).astimezone(UTC)


def _moment_text(moment: datetime) -> str:
    text = moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
    return (text.rstrip("0") if "." in text else text) + "+00"


_TEXT = _Form("string", str, str)
_FORMS = {
    "bigint": _Form("int64", int, str),
    "integer": _Form("int32", int, str),
    "boolean": _Form("bool_", "true".__eq__, lambda value: "true" if value else "false"),
    "timestamp with time zone": _Form("timestamp", _moment, _moment_text),
    "bytea": _Form("binary", lambda text: bytes.fromhex(text[2:]), lambda value: "\\x" + bytes(value).hex()),
}


def write_table(path: Path, columns: Sequence[tuple[str, str]], rows: Iterable[Row]) -> None:
    """Write rows, a group at a time. columns: name and PostgreSQL type of each.

    Raises ValueError for a value that would not come back as it was.
    """
    import pyarrow
    from pyarrow import parquet

    schema = _schema(columns)
    forms = [_form(kind) for _, kind in columns]
    with parquet.ParquetWriter(path, schema, compression="zstd", version="2.6") as writer:
        for group in _groups(rows):
            values = [_read(form, texts) for form, texts in zip(forms, zip(*group, strict=True), strict=True)]
            arrays = [pyarrow.array(each, field.type) for each, field in zip(values, schema, strict=True)]
            writer.write_batch(pyarrow.RecordBatch.from_arrays(arrays, schema=schema))


def read_table(path: Path) -> Iterator[Row]:
    """The rows of a file as they were given to `write_table`."""
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        forms = [_form(kind) for _, kind in _columns(file.schema_arrow)]
        for batch in file.iter_batches(GROUP_ROWS):
            lists = (
                [None if value is None else form.write(value) for value in column.to_pylist()]
                for form, column in zip(forms, batch.columns, strict=True)
            )
            yield from zip(*lists, strict=True)


def columns_of(path: Path) -> list[tuple[str, str]]:
    """Name and PostgreSQL type of each column of a file."""
    from pyarrow import parquet

    return _columns(parquet.read_schema(path))


def _columns(schema: "pyarrow.Schema") -> list[tuple[str, str]]:
    return [(field.name, field.metadata[_TYPE].decode()) for field in schema]


def _schema(columns: Sequence[tuple[str, str]]) -> "pyarrow.Schema":
    import pyarrow

    return pyarrow.schema(
        pyarrow.field(name, _arrow_type(_form(kind).arrow), metadata={_TYPE: kind}) for name, kind in columns
    )


def _arrow_type(name: str) -> "pyarrow.DataType":
    import pyarrow

    return pyarrow.timestamp("us", "UTC") if name == "timestamp" else getattr(pyarrow, name)()


def _form(kind: str) -> _Form:
    return _FORMS.get(kind, _TEXT)


def _read(form: _Form, texts: Iterable[str | None]) -> list[Any]:
    return [None if text is None else _checked(form, text) for text in texts]


def _checked(form: _Form, text: str) -> Any:
    value = form.read(text)
    if form is not _TEXT and form.write(value) != text:
        raise ValueError(f"{text} would come back as {form.write(value)}")
    return value


def _groups(rows: Iterable[Row]) -> Iterator[list[Row]]:
    iterator = iter(rows)
    while group := list(islice(iterator, GROUP_ROWS)):
        yield group
