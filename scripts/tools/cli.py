"""`scripts/distort`: every command of the project, one group per subject."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from mql5.lint import __main__ as lint
from mql5.lint import builtins_table
from mql5.simulator.cli import sweep_command
from scripts.tools import database_docs
from scripts.tools.archive import cli as archive
from scripts.tools.backtest.cli import backtest
from scripts.tools.bars import cli as bars
from scripts.tools.chaos.cli import chaos
from scripts.tools.checks import cli as checks
from scripts.tools.demo.cli import demo
from scripts.tools.doctor.cli import doctor
from scripts.tools.evidence import proof as proofs
from scripts.tools.evidence.replay.cli import replay
from scripts.tools.evidence.story.cli import story
from scripts.tools.evidence.verify.cli import verify
from scripts.tools.measure import cli as measure
from scripts.tools.operator import cli as operator
from scripts.tools.stack import cli as stack
from scripts.tools.stack.binaries import supabase_cli
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
app.add_typer(archive.app, name="archive")
app.add_typer(bars.app, name="bars")
app.add_typer(proofs.app, name="proof")
app.command()(proofs.checkpoint)
operator.register(app)
app.command()(chaos)
app.command()(demo)
app.command()(backtest)
app.command()(doctor)
app.command("sweep")(sweep_command)
app.command()(verify)
app.add_typer(measure.app, name="measure")
app.command()(replay)
app.command()(story)


@app.command()
def docs(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if the document is stale.")
    ] = False,
) -> None:
    """Write docs/database.md from a freshly migrated database."""
    raise typer.Exit(database_docs.main(["--check"] if check else []))


@app.command(name="lint-mql5")
def lint_mql5(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files of one program; default: the EA.")] = None,
    table: Annotated[bool, typer.Option("--table", help="Write docs/mql5-builtins.md instead.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Fail if docs/mql5-builtins.md is stale.")] = False,
) -> None:
    """Lint the EA: what MetaEditor rejects though a C++ compiler takes it, and what bites at run time."""
    if table or check:
        raise typer.Exit(builtins_table.write(check))
    raise typer.Exit(lint.main(paths or []))


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False
)
def supabase(context: typer.Context) -> None:
    """Run the Supabase CLI that this project pins, with the arguments that follow."""
    program = str(supabase_cli())
    os.execv(program, [program, *context.args])  # noqa: S606 - that is the purpose


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
