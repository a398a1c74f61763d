"""`scripts/distort replay`: does the journal alone give back the whole ledger?"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import psycopg
import typer
from rich.console import Console

from scripts.tools.evidence.auditor import auditing
from scripts.tools.evidence.replay import replay as replaying
from scripts.tools.evidence.replay.report import show
from scripts.tools.evidence.replay.target import target
from scripts.tools.evidence.verify.cli import AsJson, Database, Stack, database_url
from scripts.tools.operator.options import moment
from scripts.tools.stack.errors import StackError
from scripts.tools.stack.state import Home

PLAIN_WIDTH = 140

Until = Annotated[
    str | None, typer.Option("--until", help="Replay up to this moment, e.g. 2026-01-31T12:00:00Z.")
]
Keep = Annotated[
    str | None, typer.Option("--keep", help="Keep the replayed ledger, as a stack of this name.")
]


def replay(
    *,
    stack: Stack = None,
    database: Database = None,
    until: Until = None,
    keep: Keep = None,
    as_json: AsJson = False,
) -> None:
    """Fold the journal into an empty ledger and compare it, row by row; exit code 1 if anything differs.

    The ledger is only read, as its auditor and at one moment. The replay takes place
    in a database of its own on this machine, migrated by this project's migrations,
    and is thrown away unless --keep says otherwise. With --until, the state of that
    moment is shown; it is compared if no entry is later.
    """
    source = database_url(stack, database)
    last = moment(until) if until else None
    try:
        with auditing(source):  # before a whole server is set up for it
            pass
        with target(keep, _note) as url, _counting() as progress:
            result = replaying.replay(source, url, until=last, progress=progress)
    except psycopg.Error as error:
        raise StackError(f"the ledger cannot be replayed: {error}") from None
    kept = _address(keep) if keep else None
    if as_json:
        document = result.as_document() | ({"kept": kept} if kept else {})
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
    else:
        show(result, Console(highlight=False, width=None if sys.stdout.isatty() else PLAIN_WIDTH))
        if keep:
            _note(f"kept as stack {keep}: {kept}; `scripts/distort stack env --name {keep}` has its password")
    raise typer.Exit(0 if result.succeeded else 1)


def _address(name: str) -> str:
    state = Home(name).load()
    return state.urls["postgres"] if state else ""


@contextmanager
def _counting() -> Iterator[replaying.Progress]:
    """On a terminal, how far it is; nothing elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda stage, rows: None
        return
    done: dict[str, int] = {}
    with console.status("reading the journal") as status:

        def advance(stage: str, rows: int) -> None:
            done[stage] = done.get(stage, 0) + rows
            status.update(", ".join(f"{count:,} {each}" for each, count in done.items()))

        yield advance


def _note(message: str) -> None:
    sys.stderr.write(f"{message}\n")
    sys.stderr.flush()
