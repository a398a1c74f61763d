"""`scripts/distort chaos`: kill every part of the server under load, and see whether anything is lost."""

import json
import secrets
import sys
from typing import Annotated

import typer
from rich.console import Console

from scripts.tools.chaos import report
from scripts.tools.chaos.run import run
from scripts.tools.chaos.server import SETTINGS, running
from scripts.tools.demo.progress import counting
from scripts.tools.operator.options import AsJson
from scripts.tools.stack import Stack
from scripts.tools.stack.supervisor import endings_raise


def chaos(
    seed: Annotated[int | None, typer.Option(help="Which chaos (default: another one each time).")] = None,
    seconds: Annotated[int, typer.Option(min=1, max=3600, help="How long it lasts.")] = 60,
    officers: Annotated[int, typer.Option(min=1, max=99, help="How many officers trade.")] = 20,
    *,
    as_json: AsJson = False,
) -> None:
    """Kill every part of the server at random while officers trade, then check the ledger.

    An embedded stack of its own: generator, two directors, archivist, the other
    functions, PostgREST and PostgreSQL die in several manners, and so do the
    officers: clients that speak the real protocol, each with a journal file and a
    simulated broker that outlive it. At the end everything comes to rest, and
    ledger, brokers and journal files must agree. The same seed kills the same
    parts at the same moments and gives the same bars; what each death hits
    depends on the machine. While two parts are down the time of the run stands
    still, so a slow machine takes longer. The exit code is 0 only if nothing was
    found.
    """
    chosen = secrets.randbelow(1_000_000) if seed is None else seed
    _note(f"seed {chosen}")
    with (
        endings_raise(),
        Stack(settings=SETTINGS, progress=_note) as stack,
        running(stack) as server,
        counting(seconds, "seconds of chaos") as advance,
    ):
        outcome = run(server, chosen, seconds=seconds, officers=officers, progress=advance)
    if as_json:
        sys.stdout.write(json.dumps(report.document(chosen, outcome), indent=2) + "\n")
    else:
        report.show(chosen, outcome, Console(highlight=False))
    raise typer.Exit(1 if outcome.findings else 0)


def _note(message: str) -> None:
    sys.stderr.write(f"{message}\n")
    sys.stderr.flush()
