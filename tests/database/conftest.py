"""Databases for tests of SQL: cloned from templates that the real functions filled."""

import itertools
from collections.abc import Iterator

import pytest

from scripts.tools.stack import Stack
from tests.database.database import Database
from tests.database.history import make_history, stock

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def stocked(stack: Stack, _simulated: str) -> str:
    """A template: two accounts that follow one strategy, both synchronised at T0. Simulated time is on."""
    stack.clone_database("stocked", _simulated)
    database = Database(stack, "stocked")
    stock(database)
    database.close()
    return "stocked"


@pytest.fixture(scope="session")
def _arena(stack: Stack, stocked: str) -> Iterator[Database]:
    yield from _cloned(stack, stocked)


@pytest.fixture
def database(_arena: Database) -> Iterator[Database]:
    """A stocked ledger in which all that the test does is undone at its end; for tests with one session."""
    with _arena.undone():
        yield _arena


@pytest.fixture(scope="session")
def _history(stack: Stack, stocked: str) -> Iterator[Database]:
    for made in _cloned(stack, stocked):
        make_history(made)
        yield made


@pytest.fixture
def lived(_history: Database) -> Iterator[Database]:
    """A ledger in which everything has happened; all that the test does is undone at its end."""
    with _history.undone():
        yield _history


@pytest.fixture
def clone(stack: Stack, stocked: str) -> Iterator[Database]:
    """A stocked ledger of the test's own, in which every call commits; for tests with several sessions."""
    yield from _cloned(stack, stocked)


@pytest.fixture(scope="session")
def migrated(stack: Stack) -> Iterator[Database]:
    """A database exactly as the migrations leave it, for tests that only read."""
    yield from _cloned(stack, "postgres")


def _cloned(stack: Stack, template: str) -> Iterator[Database]:
    name = f"database_{next(_numbers)}"
    stack.clone_database(name, template)
    made = Database(stack, name)
    yield made
    made.close()
    stack.drop_database(name)
