"""The parts of a server that can be killed, each in its manners, and how it comes back."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg

from scripts.tools.stack import Stack, processes
from scripts.tools.stack.postgres import Postgres
from scripts.tools.stack.service import Service
from scripts.tools.stack.state import began

# How long what a killed program has started may take to notice.
_PATIENCE_SECONDS = 15.0
_LOOK_EVERY_SECONDS = 0.02
_BUSIEST_SESSION = """
    select pid from pg_stat_activity where usename = 'authenticator' and pid <> pg_backend_pid()
    order by state = 'active' desc, query_start desc nulls last limit 1
"""

Blow = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a server; `blows` kill it, by manner, and `revive` returns when it answers again."""

    name: str
    blows: Mapping[str, Blow]
    revive: Blow


def parts_of(stack: Stack) -> list[Part]:
    """Every service of a running stack."""
    return [part_of(service) for service in stack.services()]


def part_of(service: Service) -> Part:
    """One service and the ways in which its kind dies."""
    blows: dict[str, Blow] = {"killed": service.kill}
    if isinstance(service, Postgres):
        blows = {
            "shut down at once": service.kill,
            "killed": lambda: _kill_server(service),
            "one session killed": lambda: _kill_session(service),
        }
    elif service.name != "postgrest":
        blows |= {"one worker killed": lambda: _kill_worker(service)}
    return Part(service.name, blows, lambda: _revive(service))


def _kill_server(postgres: Postgres) -> None:
    """SIGKILL. Its sessions outlive it by a moment, and a new server does not start beside them."""
    sessions = _children(_pid(postgres))
    os.kill(_pid(postgres), signal.SIGKILL)
    _wait(lambda: not any(began(pid) for pid in sessions))
    postgres.kill()


def _kill_session(postgres: Postgres) -> None:
    """SIGKILL to the session that works: the server then throws out all others and recovers by itself."""
    with contextlib.suppress(psycopg.OperationalError), postgres.connect("supabase_admin") as connection:
        found = connection.execute(_BUSIEST_SESSION).fetchone()
        if found:
            os.kill(int(str(found[0])), signal.SIGKILL)
            # This session is thrown out as well: that is the moment.
            connection.execute("select pg_sleep(%s)", (_PATIENCE_SECONDS,))


def _kill_worker(functions: Service) -> None:
    """SIGKILL to the youngest worker; gunicorn starts another one."""
    workers = _children(_pid(functions))
    if workers:
        os.kill(workers[-1], signal.SIGKILL)
        _wait(lambda: set(workers) - set(_children(_pid(functions))) != set())


def _revive(service: Service) -> None:
    process = service.process
    if process is None or not process.alive:
        service.restart()
    else:
        processes.wait_until(service.ready, process, service.start_timeout_seconds)


def _pid(service: Service) -> int:
    if service.process is None:
        raise RuntimeError(f"{service.name} does not run")
    return service.process.pid


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not condition() and time.monotonic() < deadline:
        time.sleep(_LOOK_EVERY_SECONDS)


def _children(pid: int) -> list[int]:
    """The processes that a process has started and that still run, oldest first."""
    if Path("/proc/self/stat").exists():
        found = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
        return sorted(each for each in found if _parent(each) == pid)
    listed = processes.run(
        ["ps", "-A", "-o", "pid=,ppid="], environment=processes.plain_environment(Path("/"))
    )
    pairs = (line.split() for line in listed.stdout.splitlines())
    return sorted(int(each) for each, parent in pairs if int(parent) == pid)


def _parent(pid: int) -> int | None:
    try:
        state, parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return None
    return None if state == "Z" else int(parent)
