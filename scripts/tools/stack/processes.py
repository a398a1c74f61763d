"""Run a service as a child process that never outlives us: start it, wait for it, stop it."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from scripts.tools.stack.errors import StackError
from scripts.tools.stack.users import User, credentials_of, give

TAIL_LINES = 15
LARGEST_LOG_BYTES = 10_000_000
# Asked to end: by Ctrl-C, politely, by the terminal going away.
INTERRUPTIONS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of <sys/prctl.h>
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Process:
    """One running service, with its own session and a log file of its own."""

    def __init__(self, name: str, log: Path, child: "subprocess.Popen[bytes]") -> None:
        self.name = name
        self.log = log
        self._child = child

    @property
    def pid(self) -> int:
        """The process id, which is also the id of its process group."""
        return self._child.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._child.poll() is None

    @property
    def exit_code(self) -> int | None:
        """What it ended with: negative for a signal, None while it runs."""
        return self._child.poll()

    def stop(self, gently: int = signal.SIGTERM, patience_seconds: float = 10.0) -> None:
        """Ask it to end, wait, and kill its whole group if it does not."""
        if self.alive:
            self._child.send_signal(gently)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(patience_seconds)
        self.kill()

    def kill(self) -> None:
        """End it and whatever it started, at once."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._child.wait()


def start(
    name: str,
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str],
    log: Path,
    user: User | None = None,
    farewell: int = signal.SIGTERM,
    directory: Path | str = "/",
) -> Process:
    """Start a service; on Linux the kernel sends it `farewell` should we die without stopping it.

    The kernel watches the *thread* that starts the child, so call this from one that lives as long
    as the service should. Raises StackError when the program cannot be started.
    """
    _make_room(log, user)
    with log.open("ab") as output:
        try:
            child = subprocess.Popen(  # noqa: S603 - no shell; programs and arguments are ours
                list(arguments),
                env=dict(environment),
                cwd=directory,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # Runs after the change of user, which would clear the setting.
                preexec_fn=_die_with(os.getpid(), farewell),
                **credentials_of(user),
            )
        except OSError as error:
            raise StackError(f"cannot start {name} ({arguments[0]}): {error}") from error
    return Process(name, log, child)


def run(
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str],
    user: User | None = None,
    timeout_seconds: float = 120.0,
) -> "subprocess.CompletedProcess[str]":
    """Run a program to its end and return what it printed; it may fail, but StackError if it hangs."""
    try:
        return subprocess.run(  # noqa: S603 - no shell; programs and arguments are ours
            list(arguments),
            env=dict(environment),
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_seconds,
            check=False,
            **credentials_of(user),
        )
    except subprocess.TimeoutExpired as error:
        raise StackError(f"{arguments[0]} did not finish within {timeout_seconds:.0f} s") from error


@contextlib.contextmanager
def signals_held() -> Iterator[None]:
    """Within, signals that interrupt wait for the end; their handlers run in the main thread alone."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[int] = []
    before = {
        number: signal.signal(number, lambda number, _: held.append(number)) for number in INTERRUPTIONS
    }
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, signal.SIG_DFL if handler is None else handler)
        for number in held:
            signal.raise_signal(number)


def wait_until(ready: Callable[[], bool], process: Process, timeout_seconds: float) -> None:
    """Wait until the service is ready; a StackError quotes its log if it dies or takes too long."""
    deadline = time.monotonic() + timeout_seconds
    # Asked last: an answer may have come from some other program on the same port.
    while not (ready() and process.alive):
        if not process.alive:
            raise StackError(
                f"{process.name} ended ({process.exit_code}) while starting.\n{tail(process.log)}"
            )
        if time.monotonic() > deadline:
            late = f"{process.name} was not ready within {timeout_seconds:.0f} s"
            raise StackError(f"{late}.\n{tail(process.log)}")
        time.sleep(0.01)


def tail(log: Path, lines: int = TAIL_LINES) -> str:
    """The last lines of a log, headed by its path."""
    try:
        text = log.read_text(errors="replace")
    except OSError:
        return f"{log}: no log"
    return f"{log}:\n" + "\n".join(f"  {line}" for line in text.splitlines()[-lines:])


def plain_environment(home: Path) -> dict[str, str]:
    """What a service needs of our environment, without the user's PG*, PGRST_* and other settings."""
    kept = {
        name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR", "SSL_CERT_FILE") if name in os.environ
    }
    return {"PATH": os.defpath, **kept, "HOME": str(home), "TZ": "UTC"}


def _make_room(log: Path, user: User | None) -> None:
    if log.exists() and log.stat().st_size > LARGEST_LOG_BYTES:
        log.replace(log.with_suffix(".old.log"))
    log.touch(mode=0o600)
    give(log, user)


def _die_with(parent: int, farewell: int) -> Callable[[], None] | None:
    libc = _libc
    if libc is None:
        return None

    def ask_the_kernel() -> None:
        libc.prctl(_SET_PARENT_DEATH_SIGNAL, int(farewell), 0, 0, 0)
        if os.getppid() != parent:  # the parent died before the kernel was asked
            os._exit(1)

    return ask_the_kernel
