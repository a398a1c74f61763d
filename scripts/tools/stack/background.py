"""Start and stop the supervisor of a named stack, from a command that ends before it does."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import TextIO

from scripts.tools.stack.errors import StackError
from scripts.tools.stack.health import all_healthy
from scripts.tools.stack.paths import PROJECT
from scripts.tools.stack.processes import signals_held, tail
from scripts.tools.stack.state import Home, State, reap
from scripts.tools.stack.supervisor import Wish, endings_raise, wish_as_argument

STOP_TIMEOUT_SECONDS = 40.0
START_TIMEOUT_SECONDS = 120.0

Say = Callable[[str], None]


def up(wish: Wish, say: Say) -> State:
    """Start the stack's supervisor and return once all is healthy; fine if it runs already.

    Interrupted or failing (StackError), it leaves nothing running that it started.
    """
    home = Home(wish.name)
    home.make()
    with endings_raise():
        child, messages = _launch(home, wish)
        try:
            busy = _listen(messages, say, home)
        except BaseException:
            _end(child)
            raise
    return _others(home, say) if busy else _running(home)


def down(name: str) -> bool:
    """Stop the stack, keeping its data; returns whether there was anything to stop."""
    home = Home(name)
    state = home.load()
    if state is None:
        return False
    held = home.in_use()
    if held:
        _ask_to_end(home)
    left = reap(home.load() or state)
    return held or bool(left)


def reset(name: str) -> None:
    """Stop the stack and remove its data."""
    down(name)
    home = Home(name)
    home.make()
    home.wipe()


def _launch(home: Home, wish: Wish) -> "tuple[subprocess.Popen[bytes], TextIO]":
    reader, writer = os.pipe()
    log = home.directory / "supervisor.log"
    log.touch(mode=0o600)
    program = [sys.executable, "-m", "scripts.tools.stack.supervisor"]
    with log.open("ab") as output, signals_held():
        child = subprocess.Popen(  # noqa: S603 - no shell; programs and arguments are ours
            [*program, f"--tell={writer}", f"--wish={wish_as_argument(wish)}"],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=[writer],
            start_new_session=True,
        )
    os.close(writer)
    return child, os.fdopen(reader)


def _listen(messages: TextIO, say: Say, home: Home) -> bool:
    """Pass on what the supervisor tells until it is ready; True if another one has the stack."""
    for line in messages:
        message = json.loads(line)
        if "progress" in message:
            say(str(message["progress"]))
        elif "error" in message:
            raise StackError(str(message["error"]))
        else:
            return bool(message.get("busy"))
    raise StackError(f"the supervisor ended without a word.\n{tail(home.directory / 'supervisor.log')}")


def _end(child: "subprocess.Popen[bytes]") -> None:
    child.terminate()
    try:
        child.wait(STOP_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()


def _running(home: Home) -> State:
    state = home.load()
    if state is None:
        raise StackError(f"the state of stack {home.name} has disappeared")
    return state


def _others(home: Home, say: Say) -> State:
    """Another supervisor has the stack: wait until it is healthy."""
    say(f"stack {home.name} is running already")
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline and home.in_use():
        state = home.load()
        if state and state.ready and all_healthy(state):
            return state
        time.sleep(0.2)
    raise StackError(f"stack {home.name} is held by another process and does not become healthy")


def _ask_to_end(home: Home) -> None:
    """SIGTERM, patience, SIGKILL."""
    deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
    asked = 0
    while home.in_use():
        state = home.load()
        supervisor = state.supervisor if state else None
        if supervisor and supervisor.running and supervisor.pid != asked:
            os.kill(supervisor.pid, signal.SIGTERM)
            asked = supervisor.pid
        if time.monotonic() > deadline:
            _force(home, supervisor.pid if supervisor and supervisor.running else None)
            return
        time.sleep(0.05)


def _force(home: Home, pid: int | None) -> None:
    if pid is None:
        raise StackError(f"stack {home.name} is held by a process that its state does not name")
    os.kill(pid, signal.SIGKILL)
