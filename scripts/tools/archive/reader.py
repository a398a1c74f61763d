"""Reads exported months for others: verification and replay of months that the database no longer has."""

from collections.abc import Iterator
from pathlib import Path

from scripts.tools.archive.parquet import columns_of, read_table


def exported_rows(folder: Path, table: str) -> Iterator[dict[str, str | None]]:
    """The rows of a table in a month's export (`…/2026-01`), in the order of the primary key.

    Every value is the text that PostgreSQL writes it as (UTC, ISO dates, bytea in hex), null is None: what
    `select column::text` would have given, so it can be compared, hashed and restored without loss.
    """
    path = folder / f"{table}.parquet"
    names = [name for name, _ in columns_of(path)]
    for row in read_table(path):
        yield dict(zip(names, row, strict=True))
