"""What a scenario is in Python: a line to run and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

NO_CRASH = "-"


@dataclass(frozen=True, slots=True)
class Scenario:
    """One run: a story, the fault plan it meets, and the crash points its terminals die at.

    crashes: "37", "37h,12" (see functions/crashes.hpp), or "-".
    """

    story: str
    plan: str
    crashes: str = NO_CRASH

    @property
    def line(self) -> str:
        """What the simulator runs, and what reproduces a failure."""
        return f"{self.story} {self.plan} {self.crashes}"

    @classmethod
    def parse(cls, line: str) -> Scenario:
        """The scenario a line names; ValueError if it is none."""
        words = line.split()
        if len(words) != 3:
            raise ValueError(f"a scenario is: story plan crashes; this is not: {line}")
        return cls(*words)

    def crashing(self, point: str) -> Scenario:
        """The same, and dying once more."""
        return Scenario(
            self.story, self.plan, point if self.crashes == NO_CRASH else f"{self.crashes},{point}"
        )


@dataclass(frozen=True, slots=True)
class Point:
    """A crash point: its number since the last crash, and whether bytes are written and not flushed there."""

    number: int
    name: str
    unflushed: bool

    def spellings(self) -> list[str]:
        """The ways to die here: what is in a buffer may be lost, be torn, or be on the disk all the same."""
        return [f"{self.number}{share}" for share in (("", "h", "a") if self.unflushed else ("",))]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a scenario.

    failures: (invariant, detail) pairs; empty if all of them held.
    hash: of everything that happened.
    struck: how many requests to server and broker a fault has hit.
    points: the distinct crash points after the last crash, where they were asked for; of all points
        `point_count`.
    """

    scenario: Scenario
    failures: tuple[tuple[str, str], ...]
    hash: str
    crashes: int
    point_count: int
    struck: int = 0
    points: tuple[Point, ...] = ()

    @classmethod
    def of(cls, document: dict[str, Any]) -> Outcome:
        """From what the simulator prints."""
        return cls(
            scenario=Scenario.parse(document["scenario"]),
            failures=tuple((item["invariant"], item["detail"]) for item in document["failures"]),
            hash=document["hash"],
            crashes=document["crashes"],
            point_count=document["point_count"],
            struck=document["struck"],
            points=tuple(Point(*point) for point in document.get("points", ())),
        )

    @classmethod
    def broken(cls, scenario: Scenario, detail: str) -> Outcome:
        """Of a scenario that the simulator itself did not survive."""
        return cls(scenario, (("runtime", detail),), "", 0, 0)
