"""`scripts/distort doctor`: everything that is stuck, with what to do about it."""

import json
import sys
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console

from scripts.tools.doctor.table import show
from scripts.tools.operator.ledger import Answer, Operator, environment_of
from scripts.tools.operator.options import AsJson, StackName, moment

NEEDS_A_PERSON = {"critical", "warning"}


def doctor(
    at: Annotated[
        str | None, typer.Option("--at", help="The moment to look at, on a ledger under simulated time.")
    ] = None,
    *,
    stack: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Find what is stuck and say what to do; exit code 1 if anything needs a person."""
    answer = _asked(stack, moment(at) if at else None)
    if as_json:
        sys.stdout.write(json.dumps(answer, indent=2) + "\n")
    else:
        show(answer, Console(soft_wrap=not sys.stdout.isatty()))
    severities = {finding["severity"] for finding in answer["findings"]}
    raise typer.Exit(1 if severities & NEEDS_A_PERSON else 0)


def _asked(stack: str | None, at: datetime | None) -> Answer:
    operator = Operator(environment_of(stack), at=at)
    try:
        return operator.doctor()
    finally:
        operator.close()
