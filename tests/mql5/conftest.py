"""The simulator, and the two ledgers that are held against each other."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from mql5.simulator.protocol_server import ProtocolServer
from mql5.simulator.simulator import executable
from tests.mql5.twins import TAKEOVER_SECONDS, Twins
from tests.support.clock import T0
from tests.support.project import Project


@pytest.fixture(scope="session")
def simulator() -> Path:
    """The simulator's executable."""
    return executable()


@pytest.fixture
def twins(project: Project, simulator: Path) -> Iterator[Twins]:
    """The real functions with their database, and the simulator's protocol server, told the same so far."""
    with ProtocolServer(simulator) as server:
        yield Twins(
            project, server, T0 - timedelta(hours=1), max_in_flight=3, takeover_seconds=TAKEOVER_SECONDS
        )
