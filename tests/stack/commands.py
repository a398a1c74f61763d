"""Run the project's commands as a person would, and see what they leave behind."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from scripts.tools.stack.paths import PROJECT
from scripts.tools.stack.state import Home

DISTORT = [sys.executable, "-P", "-m", "scripts.tools"]


def distort(
    *arguments: str, environment: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run `scripts/distort` to its end."""
    return run([*DISTORT, *arguments], environment=environment)


def run(
    arguments: list[str], *, environment: Mapping[str, str] | None = None, folder: Path = PROJECT
) -> "subprocess.CompletedProcess[str]":
    """Run a program to its end, in the project's environment unless told another."""
    return subprocess.run(  # noqa: S603 - the test's own program
        arguments,
        env=dict(environment) if environment is not None else with_project(),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def begin(*arguments: str) -> "subprocess.Popen[str]":
    """Start `scripts/distort` and let it run, in a session of its own."""
    return subprocess.Popen(  # noqa: S603 - the test's own program
        [*DISTORT, *arguments],
        env=with_project(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def with_project() -> dict[str, str]:
    """Our environment, with the project importable from anywhere."""
    return {**os.environ, "PYTHONPATH": str(PROJECT)}


def processes_of(name: str) -> list[str]:
    """Command lines of every process that belongs to the named stack: supervisor and services."""
    listed = run(["ps", "-eo", "pid=,args="]).stdout.splitlines()
    marks = re.compile(rf'/\.stack/{re.escape(name)}/|"name": "{re.escape(name)}"')
    state = Home(name).load()
    known = [str(child.pid) for child in (state.children if state else []) if child.running]
    return [line for line in listed if marks.search(line) or line.split()[0] in known]


def eventually(holds: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Whether something becomes true within that time."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def supervisor_pid(name: str) -> int:
    """The process that owns the named stack."""
    state = Home(name).load()
    assert state is not None
    assert state.supervisor is not None
    return state.supervisor.pid


def kill(pid: int) -> None:
    """SIGKILL."""
    os.kill(pid, signal.SIGKILL)
