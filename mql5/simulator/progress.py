"""How far a long run is, on standard error: a bar on a terminal, else a line every few seconds."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

SECONDS_BETWEEN_LINES = 10.0

Advance = Callable[[int], None]


@contextmanager
def counting(total: int, what: str) -> Iterator[Advance]:
    """Within, what it yields is to be called, from any thread, with how many more are done."""
    if not sys.stderr.isatty():
        yield _lines(total, what)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=total)
        yield lambda more: bar.advance(task, more)


def _lines(total: int, what: str) -> Advance:
    lock = threading.Lock()
    done, said_at = 0, time.monotonic()

    def advance(more: int) -> None:
        nonlocal done, said_at
        with lock:
            done += more
            now = time.monotonic()
            if done == total or now - said_at >= SECONDS_BETWEEN_LINES:
                said_at = now
                sys.stderr.write(f"{what}: {done} of {total}\n")
                sys.stderr.flush()

    return advance
