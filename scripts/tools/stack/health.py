"""Whether the services of a named stack run and answer, seen from outside."""

from dataclasses import asdict, dataclass
from http.client import HTTPConnection

from scripts.tools.stack import ports
from scripts.tools.stack.state import Child, State

TIMEOUT_SECONDS = 3.0
# A path that costs little, and the answers that show the service and all behind it to work.
_PROBES = {"postgrest": ("/", 500), "functions": ("/health", 300)}


@dataclass(frozen=True)
class Health:
    """One line of `stack status`."""

    service: str
    pid: int | None
    port: int | None
    healthy: bool
    log: str

    def as_document(self) -> dict[str, object]:
        """As JSON values."""
        return asdict(self)


def of(state: State) -> list[Health]:
    """The supervisor and every service that was recorded, in the order of starting."""
    children = ([state.supervisor] if state.supervisor else []) + state.children
    return [_one(child) for child in children]


def all_healthy(state: State) -> bool:
    """Whether there is a supervisor and everything answers."""
    seen = of(state)
    return state.supervisor is not None and bool(state.children) and all(line.healthy for line in seen)


def _one(child: Child) -> Health:
    running = child.running
    healthy = running and (child.port == 0 or _answers(child))
    return Health(child.name, child.pid if running else None, child.port or None, healthy, child.log)


def _answers(child: Child) -> bool:
    if child.name not in _PROBES:
        return ports.answers(child.port, TIMEOUT_SECONDS)
    path, limit = _PROBES[child.name]
    connection = HTTPConnection(ports.LOOPBACK, child.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < limit
    except OSError:
        return False
    finally:
        connection.close()
