"""What every service of the stack has in common: a port, a log, a process, a life."""

import signal
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path

from scripts.tools.stack import ports, processes
from scripts.tools.stack.errors import StackError
from scripts.tools.stack.users import User

ATTEMPTS = 3


class Service(ABC):
    """A server on one port of 127.0.0.1; a port given as None is chosen at the first start."""

    start_timeout_seconds = 20.0
    # How to ask for an orderly end, and what the kernel says should we die without a word.
    farewell: int = signal.SIGTERM

    def __init__(self, name: str, log: Path, port: int | None) -> None:
        self.name = name
        self.log = log
        self.port = port or 0
        self._port_is_a_must = port is not None
        self.process: processes.Process | None = None
        self._wanted = False
        self._claim: ports.Claim | None = None
        # Supervision looks from a thread of its own: without the lock it would take a service that is
        # being stopped for a dead one, and start it again.
        self._turn = threading.RLock()

    def start(self, preferred_port: int | None = None) -> None:
        """Start and wait until ready; raises StackError, which quotes the log."""
        with self._turn:
            if self._port_is_a_must:
                self._start_there()
            else:
                self._start_anywhere(preferred_port)
            self._wanted = True

    def stop(self) -> None:
        """End in good order."""
        with self._turn:
            self._wanted = False
            self._end()
            self._give_up_claim()

    def kill(self) -> None:
        """End at once, in the middle of whatever it does."""
        with self._turn:
            self._wanted = False
            self._crash()

    def restart(self) -> None:
        """Start again on the same port, after `kill` or by itself."""
        with self._turn:
            self._end()
            self._run(self.port)
            self._wanted = True

    def revive(self) -> None:
        """Start again if it has ended without being asked to; stays dead, and wanted, if that fails."""
        with self._turn:
            if self.dead():
                self._crash()  # what it may have left of itself
                self._run(self.port)

    def dead(self) -> bool:
        """Whether it was started and has ended without being asked to."""
        process = self.process
        return self._wanted and (process is None or not process.alive)

    def healthy(self) -> bool:
        """Whether it runs and answers."""
        process = self.process
        return process is not None and process.alive and self.ready()

    @property
    @abstractmethod
    def address(self) -> str:
        """Where a person finds it: a URL without a password."""

    @abstractmethod
    def ready(self) -> bool:
        """Whether it answers."""

    @abstractmethod
    def command(self) -> Sequence[str]:
        """The program and its arguments: never a secret, since everyone can read them."""

    @abstractmethod
    def environment(self) -> Mapping[str, str]:
        """The environment it runs in, secrets included."""

    def user(self) -> User | None:
        """Whom it runs as; None for ourselves."""
        return None

    def directory(self) -> Path | str:
        """The folder it runs in."""
        return "/"

    def _crash(self) -> None:
        if self.process:
            self.process.kill()
            self.process = None

    def _start_there(self) -> None:
        if not ports.is_free(self.port):
            raise StackError(f"port {self.port}, asked for {self.name}, is in use")
        self._run(self.port)

    def _start_anywhere(self, preferred_port: int | None) -> None:
        for attempt in range(ATTEMPTS):
            self._claim = ports.claim(preferred_port)
            try:
                self._run(self._claim.port)
                return
            except StackError:
                self._give_up_claim()
                # Some other program may have taken the port between our look and the server's.
                if ports.is_free(self.port) or attempt == ATTEMPTS - 1:
                    raise
                preferred_port = None

    def _end(self) -> None:
        if self.process:
            self.process.stop(self.farewell)
            self.process = None

    def _give_up_claim(self) -> None:
        if self._claim:
            self._claim.release()
            self._claim = None

    def _run(self, port: int) -> None:
        self.port = port
        command, environment = self.command(), self.environment()
        with processes.signals_held():  # an interruption between the two would lose the child
            self.process = processes.start(
                self.name,
                command,
                environment=environment,
                log=self.log,
                user=self.user(),
                farewell=self.farewell,
                directory=self.directory(),
            )
        try:
            processes.wait_until(self.ready, self.process, self.start_timeout_seconds)
        except BaseException:
            self._crash()
            raise
