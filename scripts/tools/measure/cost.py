"""What one command takes: a process of its own, so that its time and memory are its own."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

from scripts.tools.stack.errors import StackError
from scripts.tools.stack.paths import PROJECT


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took: from begin to end, on a processor, and of memory at its peak."""

    wall_seconds: float
    processor_seconds: float
    peak_memory_mib: float


def cost_of(*arguments: str, database_url: str) -> tuple[dict[str, Any], Cost]:
    """What `scripts/distort ARGUMENTS --json` answers about a database, and what that took.

    The server of that database is not counted, but for the wall time; one that the command starts is, its
    largest process in memory. Raises StackError if there is no answer.
    """
    command = [sys.executable, "-m", "scripts.tools", *arguments, "--json"]
    environment = os.environ | {"DATABASE_URL": database_url}
    began = time.monotonic()
    # Started by ourselves rather than subprocess.run: wait4 is what says how much it took.
    with subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE) as process:  # noqa: S603
        output = process.stdout.read() if process.stdout else b""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if not output:
        raise StackError(f"{arguments[0]} did not come to an answer")
    # Linux counts in KiB, macOS in bytes.
    mib = used.ru_maxrss / (1024 if sys.platform == "linux" else 1024 * 1024)
    seconds = time.monotonic() - began
    return json.loads(output), Cost(round(seconds, 1), round(used.ru_utime + used.ru_stime, 1), round(mib))
