"""Keeps the parts of a server: kills each as scheduled, starts it again, and notes when it was down."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from scripts.tools.chaos.calls import Trouble
from scripts.tools.chaos.clock import Clock
from scripts.tools.chaos.parts import Part
from scripts.tools.chaos.schedule import Strike

# Behind these two lies the ledger; while one of them is down the functions say that they cannot reach it.
LEDGER = ("postgres", "postgrest")
# What has come back may have connections left that it does not know to be dead.
_AFTERMATH_SECONDS = 1.0
_READY_SECONDS = 60.0
_LOOK_EVERY_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Downtime:
    """From when to when a part was down, monotonic seconds."""

    part: str
    began: float
    ended: float


class Record:
    """Every death and downtime, which it also tells the clock; safe between threads.

    findings: parts that did not come back.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.killed: Counter[str] = Counter()
        self.findings: list[str] = []
        self._downtimes: list[Downtime] = []
        self._lock = threading.Lock()

    @contextmanager
    def down(self, part: str, manner: str) -> Iterator[None]:
        """Within, a part is down."""
        began = time.monotonic()
        self.clock.part_dies()
        try:
            yield
        finally:
            self.clock.part_returns()
            with self._lock:
                self.killed[f"{part}: {manner}"] += 1
                self._downtimes.append(Downtime(part, began, time.monotonic()))

    def excuses(self, trouble: Trouble) -> bool:
        """Whether a call was not served because something it needs was down at the time."""
        needed: tuple[str, ...] = ()
        if trouble.status is None:
            needed = (trouble.service, *LEDGER) if trouble.code == "ReadTimeout" else (trouble.service,)
        elif trouble.code == "ledger_unavailable":
            needed = LEDGER
        return any(
            down.part in needed
            and down.began <= trouble.ended
            and trouble.began <= down.ended + _AFTERMATH_SECONDS
            for down in self._downtimes
        )


class Keeper(threading.Thread):
    """One thread for one part. It must outlive what it has started: the kernel ends that with it.

    whole: whether the ledger answers again; asked after the part itself has come back.
    """

    def __init__(
        self, part: Part, strikes: Sequence[Strike], record: Record, whole: Callable[[], bool]
    ) -> None:
        super().__init__(name=f"keeper of {part.name}", daemon=True)
        self._part = part
        self._strikes = strikes
        self._record = record
        self._whole = whole
        self._begun = threading.Event()
        self._over = threading.Event()
        self._done = threading.Event()
        self._released = threading.Event()

    def begin(self) -> None:
        """Let the chaos loose."""
        self._begun.set()

    def end(self) -> None:
        """No more strikes; returns when the part is up again."""
        self._over.set()
        self._begun.set()
        self._done.wait()

    def release(self) -> None:
        """Nothing is needed any more."""
        self._released.set()
        self.join()

    def run(self) -> None:
        """The thread."""
        self._begun.wait()
        try:
            for strike in self._strikes:
                # What was still down when its time came cannot be killed.
                late = self._record.clock.now() > strike.at_seconds
                if self._record.clock.wait_until(strike.at_seconds, self._over):
                    break
                if not late:
                    self._strike(strike)
        except Exception as error:
            # Whatever it is, it is a finding; and this thread must stay, or it takes the part with it.
            self._record.findings.append(f"{self._part.name} did not come back: {error}")
        finally:
            self._done.set()
        self._released.wait()

    def _strike(self, strike: Strike) -> None:
        with self._record.down(self._part.name, strike.manner):
            self._part.blows[strike.manner]()
            self._over.wait(strike.outage_seconds)
            self._part.revive()
            deadline = time.monotonic() + _READY_SECONDS
            while self._part.name in LEDGER and not self._whole() and time.monotonic() < deadline:
                time.sleep(_LOOK_EVERY_SECONDS)
