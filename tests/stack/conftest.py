"""Stacks for the tests of the stack itself."""

import shutil
import uuid
from collections.abc import Callable, Iterator

import pytest

from scripts.tools.stack import Stack, background
from scripts.tools.stack.state import Home


@pytest.fixture(scope="module")
def whole() -> Iterator[Stack]:
    """A supervised stack with everything, thrown away afterwards."""
    with Stack(supervised=True, workers=1) as stack:
        yield stack


@pytest.fixture
def new_name() -> Iterator[Callable[[], str]]:
    """Makes names of stacks; whatever is left of those stacks is removed afterwards."""
    names: list[str] = []

    def new() -> str:
        names.append(f"test-{uuid.uuid4().hex[:8]}")
        return names[-1]

    yield new
    for name in names:
        background.down(name)
        shutil.rmtree(Home(name).directory, ignore_errors=True)


@pytest.fixture
def name(new_name: Callable[[], str]) -> str:
    """A name for one stack."""
    return new_name()
