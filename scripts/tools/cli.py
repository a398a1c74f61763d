"""`scripts/distort`: every command of the project, one group per subject."""

import sys
from typing import Annotated

import typer

from scripts.tools import database_docs
from scripts.tools.checks import cli as checks
from scripts.tools.demo.cli import demo
from scripts.tools.operator import cli as operator
from scripts.tools.stack import cli as stack
from scripts.tools.stack.errors import StackError, StackStopped

INTERRUPTED = 130  # what shells report for a command ended by Ctrl-C

app = typer.Typer(
    name="distort",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="DistortSignals on your own machine: run it, look at it, check it.",
)
app.add_typer(stack.app, name="stack")
app.add_typer(checks.app, name="check")
operator.register(app)
app.command()(demo)


@app.command()
def docs(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if the document is stale.")
    ] = False,
) -> None:
    """Write docs/database.md from a freshly migrated database."""
    raise typer.Exit(database_docs.main(["--check"] if check else []))


def main() -> int:
    """Run a command; a StackError becomes one message and exit code 1."""
    try:
        app(prog_name="scripts/distort")
    except StackError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    except StackStopped:
        sys.stderr.write("interrupted; nothing is left running\n")
        return INTERRUPTED
    return 0
