"""Where a ledger is replayed: an embedded server of its own, thrown away, or kept as a named stack."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from scripts.tools.stack import Stack, StackError, background
from scripts.tools.stack.state import Home
from scripts.tools.stack.supervisor import Wish, endings_raise

Say = Callable[[str], None]


@contextmanager
def target(keep: str | None, say: Say) -> Iterator[str]:
    """The URL of a freshly migrated database, for its owner.

    keep: the name of the stack that it stays behind as; without one nothing is left of it, and neither when
    this is interrupted or broken off by an error. Raises StackError, also for a stack that is there already.
    """
    with endings_raise():
        if keep is None:
            with Stack(postgrest=False, functions=False, progress=say) as stack:
                yield stack.database_url
        else:
            with _kept(keep, say) as url:
                yield url


@contextmanager
def _kept(name: str, say: Say) -> Iterator[str]:
    home = Home(name)
    if home.directory.exists():
        raise StackError(f"there is a stack {name} already; keep the replay under another name")
    try:
        yield background.up(Wish(name, workers=1), say).environment["DATABASE_URL"]
    except BaseException:
        forget(name)
        raise


def forget(name: str) -> None:
    """Stop a named stack and remove all of it."""
    background.down(name)
    home = Home(name)
    shutil.rmtree(home.data_directory(), ignore_errors=True)
    shutil.rmtree(home.directory, ignore_errors=True)
