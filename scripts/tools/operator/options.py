"""Options that several of the operator's commands share, and how they print what the ledger answers."""

import json
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import typer
from pydantic import ValidationError

from functions.contract.problems import Problem
from scripts.tools.operator.documents import Limits
from scripts.tools.operator.ledger import Operator, OperatorError, environment_of

StackName = Annotated[
    str | None,
    typer.Option("--stack", help="A running embedded stack; without it, the environment says which ledger."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the ledger's answer as JSON.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, for the journal.")]

Made = TypeVar("Made")

# What takes a limit back.
NONE = "none"
NO_LIMIT = f"no limit unless said otherwise; {NONE} takes it back"


def limit(name: str, help_text: str) -> Any:
    """The option that sets one of an account's limits; its default is the document's own."""
    field, option = Limits.model_fields[name], name.replace("_", "-")
    is_switch = field.annotation in (bool, bool | None)
    declared = f"--{option}/--no-{option}" if is_switch else f"--{option}"
    default = f"{field.default} unless said otherwise" if field.default is not None else NO_LIMIT
    return typer.Option(declared, help=f"{help_text} ({default})", show_default=False)


def unlimited(name: str, text: str, parse: Callable[[str], object]) -> object:
    """A limit as typed; None if it is to be taken back. Raises OperatorError."""
    if text == NONE:
        return None
    try:
        return parse(text)
    except ValueError:
        raise OperatorError(f"{name}: {text!r} is no number; write {NONE} for no limit") from None


def given(**options: object) -> dict[str, Any]:
    """The options that were given."""
    return {name: value for name, value in options.items() if value is not None}


def made(make: Callable[[], Made]) -> Made:
    """A document made of what was typed; raises OperatorError with a sentence if it is not valid."""
    try:
        return make()
    except Problem as problem:
        raise OperatorError(f"{problem.detail} {problem.hint}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise OperatorError(f"{where}: {first['msg']}".removeprefix(": ")) from None


def moment(text: str) -> datetime:
    """A time as typed: ISO 8601, or a day or month for its first moment; UTC unless it says otherwise."""
    try:
        parsed = datetime.fromisoformat(f"{text}-01" if len(text) == len("2026-01") else text)
    except ValueError:
        raise OperatorError(f"{text!r} is no time; write one like 2026-01-31T12:00:00Z") from None
    return parsed.replace(tzinfo=parsed.tzinfo or UTC).astimezone(UTC)


def ask(stack: str | None, question: Callable[[Operator], Mapping[str, Any]]) -> Mapping[str, Any]:
    """Put a question to the ledger as its operator."""
    operator = Operator(environment_of(stack))
    try:
        return question(operator)
    finally:
        operator.close()


def say(answer: Mapping[str, Any], sentence: str, *, as_json: bool) -> None:
    """Print the answer for a program, or the sentence for a person."""
    sys.stdout.write((json.dumps(answer, indent=2) if as_json else sentence) + "\n")
