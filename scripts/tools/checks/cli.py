"""`scripts/distort check`: checks that need a database or another program."""

import sys

import typer

from scripts.tools.checks.advisors import advise, squawk

app = typer.Typer(no_args_is_help=True, help="Checks that need a database or another program.")


@app.callback()
def group() -> None:
    """Checks that need a database or another program."""


@app.command()
def advisors() -> None:
    """Run Supabase's advisors on a freshly migrated database, and squawk on the migrations' text."""
    findings = [text for text in (squawk(), advise(_note)) if text]
    sys.stdout.write("\n".join(findings) + "\n" if findings else "nothing found\n")
    raise typer.Exit(1 if findings else 0)


def _note(message: str) -> None:
    sys.stderr.write(f"{message}\n")
