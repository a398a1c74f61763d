"""`scripts/distort measure ledger`: how long it takes to verify and to replay a ledger of any size."""

import json
import sys
import time
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console

from scripts.tools.measure.big_ledger import BigLedger, fill
from scripts.tools.measure.cost import cost_of
from scripts.tools.stack import Stack

_notes = Console(stderr=True, highlight=False, soft_wrap=True)

JournalRows = Annotated[int, typer.Option("--journal-rows", min=1, help="About how many rows to make.")]
Seed = Annotated[int, typer.Option("--seed", help="Which ledger: the same seed, the same stories.")]
Workers = Annotated[int, typer.Option("--workers", min=1, max=32, help="Sessions that fill it at once.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text for people.")]


def measure_ledger(
    journal_rows: JournalRows = 100_000, seed: Seed = 1, workers: Workers = 2, *, as_json: AsJson = False
) -> None:
    """Fill a ledger of its own with stories, verify and replay it, and print time and peak memory of both.

    The ledger is the real one, guards and journal and all, on an embedded server that is removed afterwards.
    Exit code 1 if it is not intact, or if its journal does not give it back row by row.
    """
    with Stack(postgrest=False, functions=False, progress=_note) as stack:
        began = time.monotonic()
        made = fill(stack.database_url, journal_rows, seed, workers=workers, progress=_tell)
        filled_seconds = time.monotonic() - began
        _note("verifying")
        verdict, verified = cost_of("verify", database_url=stack.database_url)
        _note("replaying")
        result, replayed = cost_of("replay", database_url=stack.database_url)
    document = {
        **asdict(made),
        "seed": seed,
        "fill_seconds": round(filled_seconds, 1),
        "intact": verdict["intact"],
        "replayed_identical": result["succeeded"],
        "verify": asdict(verified) | {"rows_per_second": verdict["rows_per_second"]},
        "replay": asdict(replayed) | {"rows_per_second": round(made.journal_rows / replayed.wall_seconds)},
    }
    if as_json:
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
    else:
        _show(made, document)
    raise typer.Exit(0 if document["intact"] and document["replayed_identical"] else 1)


def _show(made: BigLedger, document: dict[str, Any]) -> None:
    console = Console(soft_wrap=True, highlight=False)
    console.print(
        f"{made.journal_rows} journal rows of {made.stories} stories under {made.checkpoints} checkpoints,"
        f" made in {document['fill_seconds']} s"
    )
    for command, said in (("verify", "intact"), ("replay", "replayed_identical")):
        cost = document[command]
        console.print(
            f"{command}: {cost['wall_seconds']} s ({cost['processor_seconds']} s of a processor),"
            f" {cost['rows_per_second']} rows/s, at most {cost['peak_memory_mib']} MiB:"
            f" {'' if document[said] else 'NOT '}{said.replace('_', ' ')}"
        )


def _tell(done: int, of: int) -> None:
    # A line now and then: a bar would be in the way of two workers.
    if done % max(of // 20, 1) < 100:
        _note(f"{done} of {of} stories")


def _note(message: str) -> None:
    _notes.print(message, markup=False)
