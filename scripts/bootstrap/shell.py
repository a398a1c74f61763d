"""Run other programs for the set-up, and tell people what goes on."""

import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
TOOLS = PROJECT / ".tools"
LOG = TOOLS / "setup.log"


class SetupError(Exception):
    """The set-up cannot go on; the message says what is missing and how to get it."""


def say(message: str) -> None:
    """A word on stderr, for a person; stdout belongs to the command."""
    sys.stderr.write(f"{message}\n")
    sys.stderr.flush()


def call(arguments: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Run a program, its output going to the log; whether it succeeded."""
    with LOG.open("a") as log:
        log.write(f"\n$ {' '.join(arguments)}\n")
        log.flush()
        try:
            done = subprocess.run(  # noqa: S603 - no shell; programs and arguments are ours
                list(arguments),
                env=dict(environment),
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=False,
            )
        except OSError as error:
            log.write(f"{error}\n")
            return False
        return done.returncode == 0


def must(arguments: Sequence[str], environment: Mapping[str, str], *, problem: str, needs: str) -> None:
    """Run a program that has to succeed; SetupError tells the problem, its last words, what it needs."""
    if not call(arguments, environment):
        raise SetupError(
            f"{problem}.\n{last_words()}\nThis needs {needs} (or the mirror that your pip and npm are "
            f"configured for). The whole log is {LOG}."
        )


def output(arguments: Sequence[str]) -> str:
    """What a program prints; nothing if it fails."""
    try:
        done = subprocess.run(  # noqa: S603 - no shell; programs and arguments are ours
            list(arguments), capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def last_words(lines: int = 8) -> str:
    """The end of the log, indented."""
    written = [line for line in LOG.read_text(errors="replace").splitlines() if line.strip()]
    return "\n".join(f"  {line}" for line in written[-lines:])


def own_cache(variable: str, name: str) -> dict[str, str]:
    """A cache inside the project, for those whose home folder is missing or read-only."""
    home = os.environ.get("HOME")
    if variable in os.environ or (home and os.access(home, os.W_OK)):
        return {}
    return {variable: str(TOOLS / "cache" / name), "HOME": str(TOOLS / "cache")}


def platform_name() -> str:
    """This machine as npm's packages call it, such as linux-x64."""
    machine = platform.machine().lower()
    short = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}
    return f"{sys.platform}-{short.get(machine, machine)}"
