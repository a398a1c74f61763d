"""Who dies when, how, and for how long: drawn from the seed alone, before anything runs."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

# From one strike to the next: a part of the server needs seconds to come back, an officer next to nothing.
_BETWEEN_PARTS_SECONDS = (0.6, 2.2)
_BETWEEN_OFFICERS_SECONDS = (0.05, 0.4)
_LONGEST_OUTAGE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Strike:
    """One death. `manner` is one of the victim's own; seconds are counted from the beginning of the chaos.

    fraction: how far an officer still gets, from 0 to 1.
    """

    at_seconds: float
    victim: str
    manner: str
    outage_seconds: float
    fraction: float


@dataclass(slots=True)
class Rounds:
    """Draws names in rounds, each in another order: nobody is spared for long."""

    random: random.Random
    _waiting: list[str] = field(default_factory=list)

    def next(self, names: Sequence[str]) -> str:
        """The next name; `names` are those of the next round, should this one be over."""
        if not self._waiting:
            self._waiting = list(names)
            self.random.shuffle(self._waiting)
        return self._waiting.pop()


def schedule(
    seed: int, seconds: float, parts: Mapping[str, Sequence[str]], officers: Mapping[str, Sequence[str]]
) -> list[Strike]:
    """All strikes of a run, in the order of time.

    parts, officers: everybody who may die, and in which manners.
    """
    drawn = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    strikes = [
        *_strikes(drawn, seconds, parts, _BETWEEN_PARTS_SECONDS),
        *_strikes(drawn, seconds, officers, _BETWEEN_OFFICERS_SECONDS),
    ]
    return sorted(strikes, key=lambda strike: strike.at_seconds)


def _strikes(
    drawn: random.Random,
    seconds: float,
    victims: Mapping[str, Sequence[str]],
    pause_seconds: tuple[float, float],
) -> list[Strike]:
    rounds = Rounds(drawn)
    strikes = []
    at_seconds = drawn.uniform(*pause_seconds)
    while victims and at_seconds < seconds:
        victim = rounds.next(sorted(victims))
        manner = drawn.choice(victims[victim])
        outage_seconds = drawn.uniform(0.0, _LONGEST_OUTAGE_SECONDS)
        strikes.append(Strike(at_seconds, victim, manner, outage_seconds, drawn.random()))
        at_seconds += drawn.uniform(*pause_seconds)
    return strikes
