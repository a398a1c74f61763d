"""What every message has in common: it never changes, and it has exactly the keys its schema names."""

from typing import NoReturn

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError


class Message(BaseModel):
    """One JSON object of the contract.

    Built from parsed JSON with `model_validate`, or in Python from Decimal, datetime and UUID values.
    `model_dump(mode="json")` gives the canonical JSON form. Anything its schema would refuse raises
    pydantic's ValidationError; the `loc` of each error is the plain path of keys and indices.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        # A refused message is quoted to its sender and in the logs: the rule that it broke, not its content.
        hide_input_in_errors=True,
    )


def refuse(rule: str) -> NoReturn:
    """Refuse a message that breaks a rule between its fields; `rule` is a sentence without its full stop."""
    raise PydanticCustomError("rule", "{rule}", {"rule": rule})
