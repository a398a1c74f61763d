"""Risk decisions: what was decided for one signal and one account, and the numbers it was decided on."""

from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PlainValidator, TypeAdapter, model_validator
from pydantic_core import PydanticCustomError

from functions.contract.base import Message, refuse
from functions.contract.directive import ProposedDirective
from functions.contract.scalars import (
    MAX_SAFE_INTEGER,
    AccountId,
    Code,
    SignedDecimal,
    Symbol,
    Text,
    Timestamp,
    Uuid,
    decimal_text,
)

Number = str | int | bool | None
_text: TypeAdapter[str] = TypeAdapter(Text)
_decimal: TypeAdapter[Decimal] = TypeAdapter(SignedDecimal)


def _parse_number(value: Any) -> Number:
    """One branch per JSON type rather than a union, so that an error's path is the document's."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Decimal):
        return decimal_text(_decimal.validate_python(value))
    if isinstance(value, str):
        return _text.validate_python(value)
    if isinstance(value, int | float) and value == value // 1 and abs(value) <= MAX_SAFE_INTEGER:
        return int(value)
    raise PydanticCustomError("number", "must be a decimal string, a text, an integer, a boolean or null")


class ProposedDecision(Message):
    """A decision that the director asks the ledger to record; a Decimal in `numbers` becomes its string."""

    signal_id: Uuid
    symbol: Symbol
    created_at: Timestamp
    account_id: AccountId
    outcome: Literal["issued", "declined"]
    reason: Code
    numbers: Annotated[dict[Code, Annotated[Number, PlainValidator(_parse_number)]], Field(max_length=96)]
    directives: Annotated[tuple[ProposedDirective, ...], Field(max_length=100)]

    @model_validator(mode="after")
    def _issues_directives_or_declines(self) -> Self:
        if (self.outcome == "issued") != bool(self.directives):
            refuse("an issued decision has directives, a declined one has none")
        return self


class RiskDecision(ProposedDecision):
    """A decision as recorded: one per signal and account, never changed."""

    decided_at: Timestamp
