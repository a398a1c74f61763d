"""Set the project up when it is not, then run a command in it."""

import contextlib
import fcntl
import os
import sys
import time
from collections.abc import Iterator, Sequence

from scripts.bootstrap import node_packages, python_packages
from scripts.bootstrap.shell import LOG, PROJECT, TOOLS, SetupError, say

INTERRUPTED = 130  # what shells report for a command ended by Ctrl-C


def main(arguments: Sequence[str]) -> None:
    """Run `demo`, `test` or `distort` with the rest of the arguments, in place of this process."""
    try:
        set_up()
    except SetupError as error:
        say(f"error: {error}")
        sys.exit(1)
    except KeyboardInterrupt:
        say("\ninterrupted; run the same command again to go on")
        sys.exit(INTERRUPTED)
    run(arguments[0], list(arguments[1:]))


def run(command: str, arguments: list[str]) -> None:
    """Become the command."""
    python = str(python_packages.VENV / "bin" / "python")
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "VIRTUAL_ENV": str(python_packages.VENV)}
    if command == "test":
        os.chdir(PROJECT)
        # All of them side by side, the long ones shared out to whoever is free; a selection is quicker, and
        # easier to debug, in one process.
        program = ["-m", "pytest", *([] if arguments else ["-n", "auto", "--dist", "worksteal"])]
    else:
        program = ["-m", "scripts.tools", *(["demo"] if command == "demo" else [])]
    # -P: the folder we are in may be another checkout, whose packages have the same names.
    os.execve(python, [python, "-P", *program, *arguments], environment)  # noqa: S606 - that is the purpose


def set_up() -> None:
    """Install whatever is missing or out of date; raises SetupError."""
    if _in_place():
        return
    _leave_the_environment()
    _need_write_access()
    with _alone():
        if _in_place():  # someone else has done it while we waited
            return
        began = time.monotonic()
        say("setting up; later runs start at once")
        python_packages.install()
        node_packages.install()
        say(f"set up in {time.monotonic() - began:.0f} s")


def _in_place() -> bool:
    return python_packages.STAMP.fits() and node_packages.STAMP.fits()


def _leave_the_environment() -> None:
    """Set up with the Python that .venv was made from, since .venv itself may be replaced."""
    base = getattr(sys, "_base_executable", sys.executable)
    if sys.prefix != sys.base_prefix and base != sys.executable:
        os.execv(base, [base, *sys.orig_argv[1:]])  # noqa: S606 - the same program by another Python


def _need_write_access() -> None:
    if not os.access(PROJECT, os.W_OK):
        raise SetupError(
            f"{PROJECT} is not set up yet and you may not write to it: run this once as its owner, "
            "or work in a copy of your own."
        )


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One set-up at a time: others wait for it."""
    TOOLS.mkdir(exist_ok=True)
    (TOOLS / ".gitignore").write_text("*\n")
    with (TOOLS / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another set-up of this checkout to finish")
            fcntl.flock(file, fcntl.LOCK_EX)
        LOG.write_text("")
        yield
