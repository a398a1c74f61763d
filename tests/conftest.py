"""The fixtures of all tests: the embedded stack, once, and a project of its own for each test that asks."""

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from scripts.tools.stack import Stack
from tests.support.project import MakeProject, Project, running_project, simulated_template

_numbers = itertools.count(1)
_MEMORY = Path("/dev/shm")  # noqa: S108 - the stack makes a private folder of its own there
_ENOUGH_BYTES = 6 * 1024**3


def pytest_configure() -> None:
    """Databases of tests are in memory where there is plenty: a clone then takes a fifth of the time."""
    if _MEMORY.is_dir() and min(shutil.disk_usage(_MEMORY).free, _available_bytes()) > _ENOUGH_BYTES:
        os.environ.setdefault("DISTORT_TEMPORARY", str(_MEMORY))


def _available_bytes() -> int:
    lines = Path("/proc/meminfo").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))


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
