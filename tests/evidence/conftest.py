"""A ledger with a history under several checkpoints, and the log outside that holds copies of these."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.tools.evidence.auditor import auditing
from scripts.tools.evidence.verify.verify import Verdict, verify
from scripts.tools.stack import Stack
from tests.database.checkpoints import checkpoint
from tests.database.database import Database
from tests.database.history import make_history, stock
from tests.database.story import opened

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Evidence:
    """One ledger, its database to tamper with, and the log of its checkpoints that lies elsewhere."""

    database: Database
    url: str
    copy: Path

    def verify(self, *, with_copy: bool = False, exports: Path | None = None) -> Verdict:
        """What verification says now."""
        with auditing(self.url) as connection:
            return verify(connection, copy=self.copy if with_copy else None, exports=exports)


@pytest.fixture(scope="session")
def _history(stack: Stack, _simulated: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A template, and its log."""
    stack.clone_database("evidence", _simulated)
    database = Database(stack, "evidence")
    log = tmp_path_factory.mktemp("evidence") / "archivist.log"
    made = []
    stock(database)
    # A whole story of several rows comes first, so that it lies deep in the tree.
    opened(database, "the first of all", symbol="GBPUSD")
    made.append(checkpoint(database, 11))
    made.append(checkpoint(database))
    make_history(database)
    made += [checkpoint(database, 40), checkpoint(database)]
    opened(database, "not yet anchored")
    database.close()
    # As a logger writes them: among other lines, with other fields around.
    lines = [{"severity": "INFO", "message": "checkpoint", "checkpoint": one["checkpoint"]} for one in made]
    log.write_text("started\n" + "".join(json.dumps(line) + "\n" for line in lines))
    return "evidence", log


@pytest.fixture
def evidence(stack: Stack, _history: tuple[str, Path]) -> Iterator[Evidence]:
    """A copy of the ledger for one test, which may spoil it."""
    template, log = _history
    name = f"evidence_{next(_numbers)}"
    url = stack.clone_database(name, template)
    database = Database(stack, name)
    yield Evidence(database, url, log)
    database.close()
    stack.drop_database(name)
