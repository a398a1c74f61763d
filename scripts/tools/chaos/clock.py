"""The time that a run goes by: that of the machine, but for the moments in which too much is down."""

import threading
import time

# One part may be down while time passes, and another one may die meanwhile; then time waits for one of them.
_MOST_DOWN = 1
_LOOK_EVERY_SECONDS = 0.05


class Clock:
    """Seconds since the start. Safe between threads.

    It stands still while two parts or more are down. A slow machine takes long to start a part again: by its
    own time most of a run would be an outage, everything would have expired, and nothing would be shown.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._passed = 0.0
        self._since: float | None = None
        self._started = False
        self._down = 0

    def start(self) -> None:
        """From now on it goes."""
        with self._lock:
            self._started = True
            self._turn()

    def now(self) -> float:
        """How many seconds have passed."""
        with self._lock:
            return self._read()

    def part_dies(self) -> None:
        """One part more is down."""
        with self._lock:
            self._down += 1
            self._turn()

    def part_returns(self) -> None:
        """One part less is down."""
        with self._lock:
            self._down -= 1
            self._turn()

    def wait_until(self, moment: float, over: threading.Event | None = None) -> bool:
        """Wait for a moment; True at once when it is over before."""
        stop = over or threading.Event()
        while (left := moment - self.now()) > 0:
            if stop.wait(min(left, _LOOK_EVERY_SECONDS)):
                return True
        return stop.is_set()

    def _read(self) -> float:
        return self._passed + (0.0 if self._since is None else time.monotonic() - self._since)

    def _turn(self) -> None:
        """Stop it or let it go, as is right now."""
        self._passed = self._read()
        self._since = time.monotonic() if self._started and self._down <= _MOST_DOWN else None
