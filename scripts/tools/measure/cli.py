"""`scripts/distort measure`: how long it takes to verify a ledger of any size, and in how much memory."""

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer
from rich.console import Console

from scripts.tools.measure.big_ledger import BigLedger, fill
from scripts.tools.measure.fan_out import measure_fan_out
from scripts.tools.stack import Stack
from scripts.tools.stack.errors import StackError
from scripts.tools.stack.paths import PROJECT

app = typer.Typer(no_args_is_help=True, help="How long things take on this machine.")
app.command("fan-out")(measure_fan_out)
_notes = Console(stderr=True, highlight=False, soft_wrap=True)

JournalRows = Annotated[int, typer.Option("--journal-rows", min=1, help="About how many rows to make.")]
Seed = Annotated[int, typer.Option("--seed", help="Which ledger: the same seed, the same stories.")]
Workers = Annotated[int, typer.Option("--workers", min=1, max=32, help="Sessions that fill it at once.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text for people.")]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took: from begin to end, on a processor, and of memory at its peak."""

    wall_seconds: float
    processor_seconds: float
    peak_memory_mib: float


@app.callback()
def _measure() -> None:
    """How long things take on this machine."""


@app.command("ledger")
def measure_ledger(
    journal_rows: JournalRows = 100_000, seed: Seed = 1, workers: Workers = 2, *, as_json: AsJson = False
) -> None:
    """Fill a ledger of its own with stories, verify it, and print time and peak memory of both.

    The ledger is the real one, guards and journal and all, on an embedded server that is removed afterwards.
    """
    with Stack(postgrest=False, functions=False, progress=_note) as stack:
        began = time.monotonic()
        made = fill(stack.database_url, journal_rows, seed, workers=workers, progress=_tell)
        filled_seconds = time.monotonic() - began
        verdict, cost = _verified(stack.database_url)
    document = {
        **asdict(made),
        "seed": seed,
        "fill_seconds": round(filled_seconds, 1),
        "intact": verdict["intact"],
        "verify": asdict(cost) | {"rows_per_second": verdict["rows_per_second"]},
    }
    if as_json:
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
    else:
        _show(made, document, cost)
    raise typer.Exit(0 if verdict["intact"] else 1)


def _verified(database_url: str) -> tuple[dict[str, Any], Cost]:
    """The command itself in a process of its own, so that its memory is its own."""
    command = [sys.executable, "-m", "scripts.tools", "verify", "--json"]
    environment = os.environ | {"DATABASE_URL": database_url}
    began = time.monotonic()
    # Started by ourselves rather than subprocess.run: wait4 is what says how much it took.
    with subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE) as process:  # noqa: S603
        output = process.stdout.read() if process.stdout else b""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if not output:
        raise StackError("verification did not come to an answer")
    # Linux counts in KiB, macOS in bytes.
    mib = used.ru_maxrss / (1024 if sys.platform == "linux" else 1024 * 1024)
    seconds = time.monotonic() - began
    return json.loads(output), Cost(round(seconds, 1), round(used.ru_utime + used.ru_stime, 1), round(mib))


def _show(made: BigLedger, document: dict[str, Any], cost: Cost) -> None:
    console = Console(soft_wrap=True, highlight=False)
    console.print(
        f"{made.journal_rows} journal rows of {made.stories} stories under {made.checkpoints} checkpoints,"
        f" made in {document['fill_seconds']} s"
    )
    console.print(
        f"verified in {cost.wall_seconds} s ({cost.processor_seconds} s of a processor),"
        f" {document['verify']['rows_per_second']} rows/s, at most {cost.peak_memory_mib} MiB"
    )
    console.print("intact" if document["intact"] else "NOT intact")


def _tell(done: int, of: int) -> None:
    # A line now and then: a bar would be in the way of two workers.
    if done % max(of // 20, 1) < 100:
        _note(f"{done} of {of} stories")


def _note(message: str) -> None:
    _notes.print(message, markup=False)
