"""TCP ports on 127.0.0.1: which are free, and which a service should get.

Between finding a port free and listening on it another stack may find it free too. So a stack first
claims it, by holding the UDP port of the same number: nobody else can, and the system gives it back
when the holder dies.
"""

import contextlib
import socket

LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether nothing listens on this port of 127.0.0.1 (a port in TIME_WAIT counts as free)."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def any_free() -> int:
    """A port the system says is free at this moment; somebody else may still take it first."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


class Claim:
    """A port that no other stack will take while this is held."""

    def __init__(self, port: int) -> None:
        """Raises OSError when another stack has claimed the port."""
        self.port = port
        self._holder = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._holder.bind((LOOPBACK, port))
        except OSError:
            self._holder.close()
            raise

    def release(self) -> None:
        """Give it up."""
        self._holder.close()


def claim(preferred: int | None = None) -> Claim:
    """Claim the preferred port if it is free and unclaimed, otherwise any that is."""
    if preferred and is_free(preferred):
        with contextlib.suppress(OSError):
            return Claim(preferred)
    while True:
        with contextlib.suppress(OSError):
            return Claim(any_free())


def answers(port: int, timeout_seconds: float = 1.0) -> bool:
    """Whether something accepts connections on this port."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=timeout_seconds):
            return True
    except OSError:
        return False
