"""Kills the services of a stack at random moments, and starts them again."""

import random
import threading
from collections import Counter

from scripts.tools.stack import Stack


class Chaos:
    """One service after the other dies in the middle of its work and comes back.

    Which one, when and for how long follows from the seed. `killed` counts the deaths by service.
    """

    def __init__(self, stack: Stack, *, seed: int, pause_seconds: tuple[float, float]) -> None:
        self.killed: Counter[str] = Counter()
        self._random = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
        self._pause_seconds = pause_seconds
        self._blows = {
            "postgres": (stack.kill_postgres, stack.restart_postgres),
            "postgrest": (stack.kill_postgrest, stack.restart_postgrest),
            "functions": (stack.kill_functions, stack.restart_functions),
        }

    def reign(self, over: threading.Event) -> None:
        """Kill and restart until the event is set; all services run when this returns.

        To be called by the thread that owns the stack: services end with the thread that started them.
        """
        while not over.wait(self._random.uniform(*self._pause_seconds)):
            name = self._random.choice(sorted(self._blows))
            kill, restart = self._blows[name]
            kill()
            self.killed[name] += 1
            over.wait(self._random.uniform(0.0, 0.4))
            restart()
