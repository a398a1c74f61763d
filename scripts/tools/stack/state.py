"""What is known about a named stack between commands: its processes, its ports, its data folder."""

import contextlib
import fcntl
import json
import os
import re
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TextIO

from scripts.tools.stack.credentials import write_private
from scripts.tools.stack.errors import StackError
from scripts.tools.stack.paths import PROJECT, shared_directory, stacks_directory
from scripts.tools.stack.processes import plain_environment, run
from scripts.tools.stack.users import can_pass_through, database_user

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


@dataclass(frozen=True)
class Child:
    """A process, told apart from a later one with the same id by the moment it began."""

    name: str
    pid: int
    began: str
    port: int
    log: str

    @property
    def running(self) -> bool:
        """Whether this very process still runs."""
        return began(self.pid) == self.began


@dataclass(frozen=True)
class State:
    """One stack as its supervisor last wrote it; `environment` is what `stack env` prints."""

    backend: str
    data_directory: str
    supervisor: Child | None = None
    children: list[Child] = field(default_factory=list)
    urls: dict[str, str] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    ready: bool = False


class Home:
    """The folder of one named stack."""

    def __init__(self, name: str) -> None:
        if not NAME.fullmatch(name):
            raise StackError(f"{name!r} is no name for a stack: use a-z, 0-9, - and _, at most 32 of them")
        self.name = name
        self.directory = stacks_directory() / name
        self._file = self.directory / "state.json"
        self._lock = self.directory / "lock"

    def make(self) -> None:
        """Make the folder, private but for passing through."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self.directory.chmod(0o711)

    def load(self) -> State | None:
        """What was last saved, or None for a stack that never ran."""
        try:
            document = json.loads(self._file.read_text())
        except FileNotFoundError:
            return None
        children = [Child(**child) for child in document.pop("children")]
        supervisor = document.pop("supervisor")
        return State(**document, children=children, supervisor=Child(**supervisor) if supervisor else None)

    def save(self, state: State) -> None:
        """Replace what was saved."""
        write_private(self._file, asdict(state))

    @contextlib.contextmanager
    def lock(self, patience_seconds: float = 0.0) -> Iterator[bool]:
        """Hold the stack for one supervisor; yields False when another one has it.

        A little patience outlasts those who only look whether somebody holds it.
        """
        with self._lock.open("a") as file:
            deadline = time.monotonic() + patience_seconds
            mine = _locked(file)
            while not mine and time.monotonic() < deadline:
                time.sleep(0.05)
                mine = _locked(file)
            yield mine

    def in_use(self) -> bool:
        """Whether a supervisor holds the stack."""
        if not self._lock.exists():
            return False
        with self.lock() as free:
            return not free

    def data_directory(self) -> Path:
        """Where the database lies: here, or where its unprivileged user can reach it."""
        known = self.load()
        if known:
            return Path(known.data_directory)
        if can_pass_through(database_user(), self.directory):
            return self.directory
        clone = str(PROJECT).strip("/").replace("/", "-")
        elsewhere = shared_directory() / f"{clone}-{self.name}"
        elsewhere.mkdir(exist_ok=True)
        elsewhere.chmod(0o711)  # whatever the umask
        return elsewhere

    def wipe(self) -> None:
        """Remove the database; secrets and ports stay."""
        for name in ("data", "data.unfinished"):
            shutil.rmtree(self.data_directory() / name, ignore_errors=True)


def reap(state: State, patience_seconds: float = 5.0) -> list[str]:
    """End what a supervisor that died hard may have left running; returns the names of those."""
    left = [child for child in [*reversed(state.children)] if child.running]
    for child in left:
        _signal(child, signal.SIGQUIT if child.name == "postgres" else signal.SIGTERM)
    deadline = time.monotonic() + patience_seconds
    while any(child.running for child in left) and time.monotonic() < deadline:
        time.sleep(0.05)
    for child in left:
        if child.running:
            _signal(child, signal.SIGKILL)
    return [child.name for child in left]


def began(pid: int) -> str | None:
    """The moment a process began, in the system's own terms; None when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None if Path("/proc/self/stat").exists() else _began_by_ps(pid)
    return None if fields[0] == "Z" else fields[19]


def child_of_ours(name: str, pid: int, port: int, log: Path) -> Child:
    """The record of a process that runs now."""
    return Child(name, pid, began(pid) or "", port, str(log))


def _locked(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _began_by_ps(pid: int) -> str | None:
    done = run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], environment=plain_environment(Path("/")))
    status, _, moment = done.stdout.strip().partition(" ")
    return None if not moment or status.startswith("Z") else moment.strip()


def _signal(child: Child, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        if number == signal.SIGKILL:
            os.killpg(child.pid, number)
        else:
            os.kill(child.pid, number)
