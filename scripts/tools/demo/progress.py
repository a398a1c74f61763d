"""How far the demo is, on standard error: a bar on a terminal, else a line every few seconds."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

SECONDS_BETWEEN_LINES = 5.0

Advance = Callable[[int], None]


@contextmanager
def counting(total: int, what: str) -> Iterator[Advance]:
    """Within, what it yields is to be called with how many more are done."""
    if sys.stderr.isatty():
        with _bar(total, what) as advance:
            yield advance
    else:
        yield _lines(total, what)


@contextmanager
def _bar(total: int, what: str) -> Iterator[Advance]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(what, total=total)
        yield lambda more: progress.advance(task, more)


def _lines(total: int, what: str) -> Advance:
    done, said_at = 0, time.monotonic()

    def advance(more: int) -> None:
        nonlocal done, said_at
        done += more
        now = time.monotonic()
        if done == total or now - said_at >= SECONDS_BETWEEN_LINES:
            said_at = now
            sys.stderr.write(f"{what}: {done} of {total}\n")
            sys.stderr.flush()

    return advance
