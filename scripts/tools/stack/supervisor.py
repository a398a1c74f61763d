"""The process that owns a named stack: it starts the services, watches them, and takes them down."""

import argparse
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import FrameType
from typing import Protocol, TextIO

from scripts.tools.stack.errors import StackError, StackStopped
from scripts.tools.stack.processes import INTERRUPTIONS
from scripts.tools.stack.service import Service
from scripts.tools.stack.stack import Ports, Stack
from scripts.tools.stack.state import Child, Home, State, child_of_ours, reap
from scripts.tools.stack.supabase import SupabaseStack

# Ports that people get used to; whatever is taken is replaced by a free one.
USUAL_PORTS = Ports(postgres=54322, postgrest=54321, functions=54380)

Tell = Callable[[dict[str, object]], None]


class Backend(Protocol):
    """What a supervisor can own."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def services(self) -> list[Service]: ...
    def urls(self) -> dict[str, str]: ...
    def environment(self) -> dict[str, str]: ...
    @property
    def database_url(self) -> str: ...


@dataclass(frozen=True)
class Wish:
    """What `up` was asked for."""

    name: str
    backend: str = "embedded"
    ports: Ports = field(default_factory=Ports)
    workers: int = 2


def supervise(wish: Wish, tell: Tell) -> None:
    """Run the stack until a signal ends this process; tells progress, `ready`, or `busy`.

    Raises StackError when it cannot start. Leaves nothing running, however it ends.
    """
    home = Home(wish.name)
    home.make()
    with home.lock(patience_seconds=1.0) as mine:
        if not mine:
            tell({"busy": True})
            return
        with contextlib.suppress(StackStopped), endings_raise():
            _own(home, wish, tell)


def main() -> int:
    """Run as a process of its own, telling the starter over a pipe."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tell", type=int, required=True)
    parser.add_argument("--wish", type=json.loads, required=True)
    arguments = parser.parse_args()
    wish = Wish(**{**arguments.wish, "ports": Ports(**arguments.wish["ports"])})
    pipe = os.fdopen(arguments.tell, "w")
    try:
        supervise(wish, _teller(pipe))
    except StackError as error:
        _teller(pipe)({"error": str(error)})
        return 1
    return 0


def wish_as_argument(wish: Wish) -> str:
    """The wish as the command line of `main` takes it."""
    return json.dumps(asdict(wish))


def _own(home: Home, wish: Wish, tell: Tell) -> None:
    before = home.load()
    if before:
        for name in reap(before):
            tell({"progress": f"ended {name}, left over from a supervisor that was killed"})
    state = State(
        wish.backend, str(home.data_directory()), _ourselves(home), ports=before.ports if before else {}
    )
    home.save(state)
    backend = _backend(home, wish, state, tell)
    try:
        backend.start()
        _save(home, state, backend, ready=True)
        tell({"ready": True})
        _stay(home, state, backend)
    finally:
        # Once we go down nothing may cut that short.
        _deafen()
        backend.stop()
        home.save(replace(state, supervisor=None, ports=_ports(state, backend)))


def _stay(home: Home, state: State, backend: Backend) -> None:
    """Until a signal raises: keep the saved process ids true, since services may be restarted."""
    known: list[int] = []
    while True:
        time.sleep(0.5)
        current = [service.process.pid for service in backend.services() if service.process]
        if current != known:
            _save(home, state, backend, ready=True)
            known = current


def _backend(home: Home, wish: Wish, state: State, tell: Tell) -> Backend:
    def progress(message: str) -> None:
        tell({"progress": message})

    def changed() -> None:
        _save(home, state, backend, ready=False)

    if wish.backend == "supabase":
        backend: Backend = SupabaseStack(home.directory, wish.ports, wish.workers, progress)
        return backend
    last = {**asdict(USUAL_PORTS), **state.ports}
    backend = Stack(
        directory=home.directory,
        data_directory=Path(state.data_directory),
        supervised=True,
        workers=wish.workers,
        ports=wish.ports,
        preferred_ports=Ports(**{name: last.get(name) for name in asdict(USUAL_PORTS)}),
        progress=progress,
        changed=changed,
    )
    return backend


def _save(home: Home, state: State, backend: Backend, *, ready: bool) -> None:
    children = [
        child_of_ours(service.name, service.process.pid, service.port, service.log)
        for service in backend.services()
        if service.process
    ]
    now = replace(state, children=children, ports=_ports(state, backend), ready=ready)
    if ready:
        environment = {"DATABASE_URL": backend.database_url, **backend.environment()}
        now = replace(now, urls=backend.urls(), environment=environment)
    home.save(now)


def _ports(state: State, backend: Backend) -> dict[str, int]:
    return state.ports | {service.name: service.port for service in backend.services() if service.port}


def _ourselves(home: Home) -> Child:
    return child_of_ours("supervisor", os.getpid(), 0, home.directory / "supervisor.log")


@contextlib.contextmanager
def endings_raise() -> Iterator[None]:
    """Within, the first signal to end raises StackStopped; later ones change nothing."""

    def end(number: int, frame: FrameType | None) -> None:
        _deafen()
        raise StackStopped

    before = {number: signal.signal(number, end) for number in INTERRUPTIONS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _deafen() -> None:
    for number in INTERRUPTIONS:
        signal.signal(number, signal.SIG_IGN)


def _teller(pipe: TextIO) -> Tell:
    def tell(message: dict[str, object]) -> None:
        print(json.dumps(message), file=sys.stderr, flush=True)  # noqa: T201 - stderr is the supervisor's log
        if pipe.closed:
            return
        try:
            print(json.dumps(message), file=pipe, flush=True)
        except BrokenPipeError:
            # Whoever wanted the stack is gone before it was ready.
            raise StackStopped from None
        if "progress" not in message:
            pipe.close()

    return tell


if __name__ == "__main__":
    sys.exit(main())
