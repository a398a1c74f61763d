"""The life of an officer's process, which can be told to end at any point of its work."""

import threading
from dataclasses import dataclass
from typing import Final

# Wherever it comes to next, a few steps on; with a request on its way; while it writes its file.
ANYWHERE: Final = "between two steps"
SENDING: Final = "with a request on its way"
WRITING: Final = "in the middle of a line"
MANNERS: Final = (ANYWHERE, SENDING, WRITING)
# A turn with work has a dozen steps.
_FURTHEST_STEP = 12


class Died(BaseException):
    """The process is gone: whoever sees this forgets everything and does nothing more."""


@dataclass(slots=True)
class _Doom:
    manner: str
    steps: int


class Life:
    """Where the process may die. One thread lives it, others end it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._doom: _Doom | None = None

    def doom(self, manner: str, fraction: float) -> None:
        """Die soon, in one of MANNERS; `fraction` (0 to 1) says how many steps from now."""
        with self._lock:
            self._doom = _Doom(manner, 1 + int(fraction * _FURTHEST_STEP))

    def spare(self) -> None:
        """Live on, whatever was to come."""
        with self._lock:
            self._doom = None

    def step(self) -> None:
        """A place between two steps. Raises Died."""
        with self._lock:
            if self._doom and self._doom.manner == ANYWHERE:
                self._doom.steps -= 1
                if self._doom.steps <= 0:
                    self._doom = None
                    raise Died

    def ends(self, manner: str) -> bool:
        """Whether it is to end here, in this manner; the caller then leaves things half done and dies."""
        with self._lock:
            ends = self._doom is not None and self._doom.manner == manner
            if ends:
                self._doom = None
            return ends
