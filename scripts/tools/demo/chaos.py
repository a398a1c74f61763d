"""Kills services and officers at random moments, and starts them again."""

import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from scripts.tools.chaos.parts import Part, parts_of
from scripts.tools.chaos.schedule import Rounds
from scripts.tools.demo.officer import Officer
from scripts.tools.stack import Stack

Result = TypeVar("Result")

# A terminal dies at one of the next so many places where it can: a few bars' worth, or a single trade's.
_FURTHEST_CRASH_POINT = 40
_LONGEST_DEATH_SECONDS = 0.4


class Chaos:
    """One after the other dies in the middle of its work and comes back.

    Which one, when and for how long follows from the seed; what it was doing then, from how fast this
    machine is. `killed` counts the deaths by name.
    """

    def __init__(self, stack: Stack, *, seed: int, pause_seconds: tuple[float, float]) -> None:
        self.seed = seed
        self.killed: Counter[str] = Counter()
        self._random = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
        self._pause_seconds = pause_seconds
        self._rounds = Rounds(self._random)
        self._parts = {part.name: part for part in parts_of(stack)}
        self._officers: Sequence[Officer] = ()
        self._begun = threading.Event()
        self._over = threading.Event()

    def let_loose(self, officers: Sequence[Officer]) -> None:
        """From now on anybody may die, these officers too; whoever set the stage before is spared."""
        self._officers = officers
        self._begun.set()

    @property
    def over(self) -> bool:
        """Whether the play should end, finished or not."""
        return self._over.is_set()

    def reign_over(self, play: Callable[[], Result]) -> Result:
        """Have a play played while services and officers die; all of them run when this returns.

        To be called by the thread that owns the stack: services end with the thread that started them, so the
        play gets another one.
        """
        with ThreadPoolExecutor(1) as pool:
            playing = pool.submit(play)
            playing.add_done_callback(lambda _: self._end())
            try:
                self._begun.wait()
                self._reign()
            finally:
                self._end()
            return playing.result()

    def count(self, officers: Sequence[Officer]) -> None:
        """Take down how often these officers have really died."""
        self.killed.update({f"officer {officer.account_id}": officer.deaths for officer in officers})

    def _end(self) -> None:
        self._over.set()
        self._begun.set()

    def _reign(self) -> None:
        while not self._over.wait(self._random.uniform(*self._pause_seconds)):
            officers = [officer.account_id for officer in self._officers]
            victim = self._rounds.next([*sorted(self._parts), *officers])
            if victim in self._parts:
                self._strike(self._parts[victim])
            else:
                self._strike_officer(victim)

    def _strike(self, part: Part) -> None:
        part.blows[self._random.choice(list(part.blows))]()
        self.killed[part.name] += 1
        self._over.wait(self._random.uniform(0.0, _LONGEST_DEATH_SECONDS))
        part.revive()

    def _strike_officer(self, account_id: str) -> None:
        """Its terminal dies wherever it comes to next, and half of what it was writing may be lost."""
        point, unflushed = self._random.randint(1, _FURTHEST_CRASH_POINT), self._random.choice("nha")
        for officer in self._officers:
            if officer.account_id == account_id:
                officer.process.crash(point, unflushed)
