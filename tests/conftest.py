"""The fixtures of all tests: the embedded stack, once, and a project of its own for each test that asks."""

import itertools
from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest

from scripts.tools.stack import Stack
from tests.support.project import MakeProject, Project, running_project, simulated_template

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """PostgreSQL with the migrations applied; its database is a template to clone: never connect to it."""
    with Stack(postgrest=False, functions=False) as running:
        yield running


@pytest.fixture(scope="session")
def _simulated(stack: Stack) -> str:
    return simulated_template(stack, "simulated")


@pytest.fixture(scope="session")
def make_project(stack: Stack, _simulated: str) -> MakeProject:
    """Makes a running project: `with make_project() as project`. For fixtures of wider scope than a test.

    simulated_time=False gives the database just as the migrations leave it; settings are more environment.
    """

    def make(
        *, simulated_time: bool = True, settings: dict[str, str] | None = None
    ) -> AbstractContextManager[Project]:
        template = _simulated if simulated_time else "postgres"
        return running_project(stack, f"project_{next(_numbers)}", template, settings)

    return make


@pytest.fixture
def project(make_project: MakeProject) -> Iterator[Project]:
    """A fresh project under simulated time, with the functions of this process pointed at it."""
    with make_project() as made:
        yield made
