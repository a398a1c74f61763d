"""Start again what has died, sooner the first time and later each time after."""

import threading
import time
from collections.abc import Callable

from scripts.tools.stack.service import Service

LOOK_EVERY_SECONDS = 0.25
FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 30.0
# A service that ran this long has earned a quick restart again.
GOOD_RUN_SECONDS = 60.0


class Supervision:
    """A thread that watches services and restarts the dead ones, telling `say` about each."""

    def __init__(self, services: Callable[[], list[Service]], say: Callable[[str], None]) -> None:
        self._services = services
        self._say = say
        self._over = threading.Event()
        self._pauses: dict[str, float] = {}
        self._not_before: dict[str, float] = {}
        # The kernel ends a service when the thread that started it ends, so this one lives as long
        # as the stack does.
        self._thread = threading.Thread(target=self._watch, name="supervision", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Stop watching; a restart under way is finished first."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(LOOK_EVERY_SECONDS):
            for service in self._services():
                if service.dead() and not self._over.is_set():
                    self._revive(service)

    def _revive(self, service: Service) -> None:
        now = time.monotonic()
        if now < self._not_before.get(service.name, 0.0):
            return
        self._say(f"{service.name} has died; starting it again")
        try:
            service.revive()
        except Exception as error:
            # Whatever it is, the next attempt may succeed; this thread must not end by it.
            self._say(f"{service.name} does not start: {error}")
        self._back_off(service.name, now)

    def _back_off(self, name: str, now: float) -> None:
        quiet = now - self._not_before.get(name, 0.0) > GOOD_RUN_SECONDS
        pause = FIRST_PAUSE_SECONDS if quiet else self._pauses.get(name, FIRST_PAUSE_SECONDS) * 2
        self._pauses[name] = min(pause, LONGEST_PAUSE_SECONDS)
        self._not_before[name] = now + self._pauses[name]
