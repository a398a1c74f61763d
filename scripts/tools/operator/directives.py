"""`scripts/distort directive` and `dismiss`: what a person decides where the parties cannot."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

import typer

from scripts.tools.operator.options import AsJson, Reason, StackName, ask, say

app = typer.Typer(no_args_is_help=True, help="Single directives that wait for a person.")


class Outcome(StrEnum):
    """What was found at the broker."""

    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Dismissible(StrEnum):
    """Findings that are facts: they stay, and somebody can only say that they have been looked into."""

    REPORT_UNMATCHED = "report_unmatched"
    REPORT_ANOMALOUS = "report_anomalous"


DirectiveId = Annotated[UUID, typer.Argument(help="The directive's id, as doctor names it.")]


@app.command("cancel")
def cancel_directive(
    directive_id: DirectiveId, reason: Reason, *, stack: StackName = None, as_json: AsJson = False
) -> None:
    """Withdraw a directive that no officer has taken; refused once one has."""
    answer = ask(stack, lambda operator: operator.cancel_directive(directive_id, reason))
    say(answer, f"directive {answer['directive_no']} is cancelled. {answer['afterwards']}", as_json=as_json)


@app.command("resolve")
def resolve_directive(
    directive_id: DirectiveId,
    outcome: Annotated[Outcome, typer.Argument(help="What was found at the broker.")],
    reason: Reason,
    *,
    stack: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Settle a directive that an officer took and never reported on, by what you saw at the broker."""
    answer = ask(stack, lambda operator: operator.resolve_directive(directive_id, outcome.value, reason))
    told = f"directive {answer['directive_no']} is {answer['status']}. {answer['afterwards']}"
    say(answer, told, as_json=as_json)


def dismiss(
    kind: Annotated[Dismissible, typer.Argument(help="The kind of the finding.")],
    subject: Annotated[str, typer.Argument(help="What it is about, as doctor writes it.")],
    reason: Reason,
    *,
    stack: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Say that an odd report has been looked into: it stays in the ledger, and doctor no longer lists it."""
    answer = ask(stack, lambda operator: operator.dismiss_finding(kind.value, subject, reason))
    say(answer, f"{kind.value} {subject} is set aside", as_json=as_json)
