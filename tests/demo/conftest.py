"""A demo that was played once, and a copy of its ledger for each test that wants to spoil it."""

import copy
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import count

import pytest

from scripts.tools.demo.bars_file import BarsFile, read_bars, sample_file
from scripts.tools.demo.play import play
from scripts.tools.stack import Stack
from tests.demo.performance import BARS, Copy, Performance, backend

_numbers = count(1)


@pytest.fixture(scope="session")
def sample() -> BarsFile:
    """The sample bars, with a spread of ten points."""
    file = read_bars(sample_file())
    bars = tuple(bar.model_copy(update={"spread_points": 10}) for bar in file.bars)
    return replace(file, bars=bars)


@pytest.fixture(scope="session")
def performance(
    stack: Stack, sample: BarsFile, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Performance]:
    """A demo of BARS bars, played once for all tests."""
    database = "performance"
    with backend(stack, database, tmp_path_factory.mktemp("performance")) as running:
        played = play(sample, BARS, running, contract_size=Decimal(100_000), progress=lambda more: None)
    yield Performance(stack, database, played)
    stack.drop_database(database)


@pytest.fixture
def spoiled(performance: Performance) -> Iterator[Copy]:
    """A copy of ledger and accounts, still whole."""
    name = f"spoiled_{next(_numbers)}"
    performance.stack.clone_database(name, performance.database)
    yield Copy(performance.stack, name, copy.deepcopy(dict(performance.played.accounts)))
    performance.stack.drop_database(name)
