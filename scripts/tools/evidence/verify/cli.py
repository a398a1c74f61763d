"""`scripts/distort verify`: is the ledger still what was written?"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import psycopg
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from scripts.tools.evidence.auditor import auditing
from scripts.tools.evidence.verify import verify as verification
from scripts.tools.operator.ledger import environment_of
from scripts.tools.stack.errors import StackError

# A bar that is drawn anew for every row would take longer than the rows.
ROWS_PER_DRAW = 1_000

Stack = Annotated[str | None, typer.Option("--stack", help="A running stack by its name.")]
Database = Annotated[
    str | None,
    typer.Option("--database", help="A PostgreSQL URL; without this and --stack, DATABASE_URL."),
]
Copy = Annotated[
    Path | None,
    typer.Option("--checkpoints", help="A log kept outside the database that the archivist's lines went to."),
]
Exports = Annotated[
    Path | None,
    typer.Option("--archive", help="A folder with the exports of months that were dropped: read these too."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text for people.")]


def verify(
    *,
    stack: Stack = None,
    database: Database = None,
    checkpoints: Copy = None,
    archive: Exports = None,
    as_json: AsJson = False,
) -> None:
    """Recompute every hash, chain, root and checkpoint of the ledger; exit code 1 if anything is wrong.

    What somebody with all rights could rewrite consistently only an outside copy of the checkpoints shows:
    see docs/evidence.md.
    """
    try:
        with auditing(database_url(stack, database)) as connection, _bar() as progress:
            verdict = verification.verify(connection, copy=checkpoints, exports=archive, progress=progress)
    except psycopg.Error as error:
        raise StackError(f"the ledger cannot be read: {error}") from None
    if as_json:
        sys.stdout.write(json.dumps(verdict.as_document(), indent=2) + "\n")
    else:
        _show(verdict, Console(soft_wrap=True, highlight=False))
    raise typer.Exit(0 if verdict.intact else 1)


def database_url(stack: str | None, database: str | None) -> str:
    """The database that was meant. Raises StackError if none was."""
    url = database or (environment_of(stack).get("DATABASE_URL") if stack else os.environ.get("DATABASE_URL"))
    if not url:
        raise StackError("say which ledger: --stack NAME, --database URL, or the environment's DATABASE_URL")
    return url


def _show(verdict: verification.Verdict, console: Console) -> None:
    for finding in verdict.findings.kept:
        console.print(str(finding), markup=False)
    for code, count in sorted(verdict.findings.counts.items()):
        console.print(f"{count} x {code}", style="red", markup=False)
    if first := verdict.findings.first:
        console.print(f"first: {first}", style="bold red", markup=False)
    read = verdict.read
    gone = (
        f"; {read.gone.total()} were dropped, {read.exported} of them read from exports" if read.gone else ""
    )
    console.print(
        f"{read.rows} rows in {verdict.chains} chains under {verdict.checkpoints} checkpoints{gone};"
        f" {read.unanchored} not yet anchored; {verdict.seconds:.1f} s"
    )
    console.print(_about_copy(verdict), markup=False)
    word, style = ("intact", "green") if verdict.intact else ("NOT intact", "bold red")
    console.print(word, style=style)


def _about_copy(verdict: verification.Verdict) -> str:
    if verdict.copies is None:
        return "no outside copy given (--checkpoints): a ledger rewritten whole and consistently would pass"
    agreed = verdict.agreed
    reach = f"attests {agreed.tree_size} rows, up to {agreed.place}" if agreed else "agrees with nothing here"
    return f"the outside copy of {verdict.copies} checkpoints {reach}"


@contextmanager
def _bar() -> Iterator[verification.Progress]:
    """A progress bar on a terminal, nothing elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda part, total: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        tasks: dict[str, TaskID] = {}
        undrawn = 0

        def step(part: str, total: int | None) -> None:
            nonlocal undrawn
            if part not in tasks:
                undrawn = 0
                tasks[part] = bar.add_task(part, total=total)
            undrawn += 1
            if total is None or undrawn == ROWS_PER_DRAW:
                bar.advance(tasks[part], undrawn)
                undrawn = 0

        yield step
