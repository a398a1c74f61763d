"""Turns a document into a message, or says what is wrong with it, field by field."""

from typing import Any, TypeVar

from pydantic import ValidationError

from functions.contract.base import Message
from functions.contract.problems import FieldError, Problem, field_error

# Enough to mend a message by; a hostile one could have thousands.
MAX_ERRORS = 20

Request = TypeVar("Request", bound=Message)


def validated(model: type[Request], document: Any) -> Request:
    """`document` as a `model`. Raises Problem request_invalid, with a JSON pointer for each error."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
    raise invalid([field_error(item["loc"], item["msg"]) for item in found[:MAX_ERRORS]])


def invalid(errors: list[FieldError]) -> Problem:
    """The problem of a body that is JSON but not the message expected."""
    return Problem("request_invalid", "The body is not a valid message; see errors.", errors=errors)
