"""`scripts/distort story`: what became of one signal, and why."""

import json
import sys
from typing import Annotated

import psycopg
import typer
from rich.console import Console

from scripts.tools.evidence.auditor import auditing
from scripts.tools.evidence.story.report import show
from scripts.tools.evidence.story.story import story_of
from scripts.tools.evidence.story.timeline import document
from scripts.tools.evidence.verify.cli import AsJson, Database, Stack, database_url
from scripts.tools.stack.errors import StackError

# In a file or a pipe there is room for long lines.
PLAIN_WIDTH = 200

SignalId = Annotated[str, typer.Argument(help="The signal's id, or enough of its beginning.")]


def story(
    signal_id: SignalId, *, stack: Stack = None, database: Database = None, as_json: AsJson = False
) -> None:
    """Tell one story as the journal has it: who did what when and why, and on which numbers."""
    try:
        with auditing(database_url(stack, database)) as connection:
            found = story_of(connection, signal_id)
    except psycopg.Error as error:
        raise StackError(f"the ledger cannot be read: {error}") from None
    if as_json:
        sys.stdout.write(json.dumps(document(found), indent=2) + "\n")
    else:
        width = None if sys.stdout.isatty() else PLAIN_WIDTH
        show(found, Console(highlight=False, width=width))
