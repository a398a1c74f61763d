"""A ledger whose January is in the archive, with every kind of value in it, and one that never had it."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from scripts.tools.archive.ledger import Connection, connected
from scripts.tools.cli import app
from scripts.tools.stack import Stack
from tests.database.archiving import archive
from tests.database.database import Database
from tests.database.history import stock
from tests.database.story import (
    acknowledge,
    closing,
    decide,
    decline,
    directive,
    event,
    modifying,
    opened,
    publish,
    report,
    signal,
)
from tests.support.clock import after

_numbers = itertools.count(1)

# What text formats trip over.
AWKWARD = 'no "money", \\N, it\'s {gone}\t→ ünïcode\n\\.\nnull, 100%'


@dataclass(frozen=True)
class Ledger:
    """One ledger, its owner's URL, and a folder for its exports."""

    database: Database
    url: str
    folder: Path

    @property
    def month(self) -> Path:
        """Where January's export lies."""
        return self.folder / "2026-01"

    def run(self, *arguments: str, fails: bool = False) -> Result:
        """A command of `scripts/distort archive` on this ledger. What it raises is raised."""
        command = ["archive", *arguments, "--database", self.url]
        result = CliRunner().invoke(app, command, catch_exceptions=False)
        assert (result.exit_code != 0) == fails, result.output
        return result

    def exported(self) -> Path:
        """January, exported by the command."""
        self.run("export", "--to", str(self.folder))
        return self.month

    def dropped(self) -> Path:
        """January, exported, verified and dropped."""
        self.exported()
        self.run("verify", "--from", str(self.folder))
        self.run("drop", "--from", str(self.folder), "--month", "2026-01", "--yes")
        return self.month

    def steps(self) -> list[str]:
        """The steps January has taken."""
        query = "select step from ledger.archive_steps where month = '2026-01-01' order by step_no"
        return [row["step"] for row in self.database.rows(query)]


@pytest.fixture(scope="session")
def _archived(stack: Stack, _simulated: str) -> str:
    stack.clone_database("archived", _simulated)
    database = Database(stack, "archived")
    stock(database)
    _january(database)
    archive(database)
    database.close()
    return "archived"


@pytest.fixture
def ledger(stack: Stack, _archived: str, tmp_path: Path) -> Iterator[Ledger]:
    """A ledger whose January is archived, of the test's own."""
    yield from _cloned(stack, _archived, tmp_path / "exports")


@pytest.fixture
def empty(stack: Stack, tmp_path: Path) -> Iterator[Ledger]:
    """A ledger just as the migrations leave it."""
    yield from _cloned(stack, "postgres", tmp_path / "exports of the empty one")


@pytest.fixture
def archivist(ledger: Ledger) -> Iterator[Connection]:
    """A session of an archivist at the ledger."""
    with connected(ledger.url) as connection:
        yield connection


def _cloned(stack: Stack, template: str, folder: Path) -> Iterator[Ledger]:
    name = f"archive_{next(_numbers)}"
    url = stack.clone_database(name, template)
    database = Database(stack, name)
    yield Ledger(database, url, folder)
    database.close()
    stack.drop_database(name)


def _january(database: Database) -> None:
    held = opened(database, "held", volume_lots="0.30")
    change = directive(database, "change", modifying(held.no, stop_loss="1.09999"))
    acknowledge(database, change.id)
    report(database, event(change.id, "position_modified"))
    close = directive(database, "close", closing(held.no), at=after(microseconds=120_450))
    acknowledge(database, close.id, at=after(seconds=1, microseconds=7))
    told = {"volume_lots": "0.3", "profit": "-12.50", "commission": "0", "swap": "-0.0000001"}
    report(database, event(close.id, "position_closed", order_ticket="18446744073709551615", **told))
    lost = directive(database, "lost")
    report(database, event(lost.id, "order_rejected", retcode=10019, message=AWKWARD))
    publish(database, signal("weak", indicators={}, strength="0"))
    decide(database, "weak", decline("demo-1"), decline("demo-2"))
