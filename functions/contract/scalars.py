"""The values that messages are made of: mirrors of the $defs of contracts/schemas/common.schema.json.

Each accepts what its schema accepts and, when a message is built in Python, the Python type itself.
Floats are never decimals, booleans are never integers, and naive datetimes are never timestamps.
"""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field, PlainSerializer, PlainValidator, Strict, StringConstraints
from pydantic_core import PydanticCustomError

MAX_SAFE_INTEGER: Final = 2**53 - 1  # beyond it, a JSON reader that uses doubles silently loses digits

_UNSIGNED: Final = r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,10})?"
_DECIMAL: Final = re.compile(rf"-?{_UNSIGNED}")
_NON_NEGATIVE: Final = re.compile(_UNSIGNED)
_POSITIVE: Final = re.compile(rf"(?!0(\.0+)?\Z){_UNSIGNED}")
_RATIO: Final = re.compile(r"0(\.[0-9]{1,10})?|1(\.0{1,10})?")
_TIMESTAMP: Final = re.compile(
    r"(19[7-9][0-9]|20[0-9]{2})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?Z"
)
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def decimal_text(value: Decimal) -> str:
    """The one way a decimal is written: plain notation, no trailing zeros, no negative zero."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def timestamp_text(value: datetime) -> str:
    """The one way a moment is written: UTC with Z, and a fraction of a second only if there is one.

    `value` must be aware; a naive datetime is read as local time by Python, so it raises ValueError.
    """
    if value.utcoffset() is None:
        raise ValueError("a timestamp needs a time zone")
    text = value.astimezone(UTC).replace(tzinfo=None).isoformat()
    return (text.rstrip("0") if "." in text else text) + "Z"


def parse_timestamp(value: object) -> datetime:
    """A timestamp string of the contract, or an aware datetime, as a datetime in UTC.

    Raises PydanticCustomError (a ValueError) for anything else, and for years outside 1970..2099.
    """
    if isinstance(value, datetime) and value.utcoffset() is not None:
        text = timestamp_text(value)
    elif isinstance(value, str):
        text = value
    else:
        text = ""
    if not _TIMESTAMP.fullmatch(text):
        raise _not_a_timestamp()
    try:
        return datetime.fromisoformat(text)
    except ValueError:  # the 30th of February
        raise _not_a_timestamp() from None


def _not_a_timestamp() -> PydanticCustomError:
    return PydanticCustomError("timestamp", "must be a UTC timestamp such as 2026-01-05T14:00:00Z")


class _DecimalOf:
    """Turns a decimal string that `pattern` describes, or an equal Decimal, into a Decimal."""

    def __init__(self, pattern: re.Pattern[str], wanted: str) -> None:
        self._pattern = pattern
        self._wanted = wanted

    def __call__(self, value: object) -> Decimal:
        text = decimal_text(value) if isinstance(value, Decimal) else value
        if isinstance(text, str) and self._pattern.fullmatch(text):
            return Decimal(text)
        raise PydanticCustomError("decimal", "must be {wanted}", {"wanted": self._wanted})


def _parse_uuid(value: object) -> UUID:
    if isinstance(value, UUID):
        return value
    if isinstance(value, str) and _UUID.fullmatch(value):
        return UUID(value)
    raise PydanticCustomError("uuid", "must be a UUID in lower-case hexadecimal, 8-4-4-4-12")


def _integral(value: Any) -> Any:
    """JSON has one kind of number: 1.0 is the integer 1. What is not integral is left for refusal."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


_as_decimal_text: Final = PlainSerializer(decimal_text, return_type=str, when_used="json")
_as_timestamp_text: Final = PlainSerializer(timestamp_text, return_type=str, when_used="json")
_as_text: Final = PlainSerializer(str, return_type=str, when_used="json")

SignedDecimal = Annotated[
    Decimal,
    PlainValidator(
        _DecimalOf(_DECIMAL, 'a decimal string such as "-1.25", at most 12 digits and 10 decimals')
    ),
    _as_decimal_text,
]
NonNegativeDecimal = Annotated[
    Decimal,
    PlainValidator(_DecimalOf(_NON_NEGATIVE, 'a decimal string not below zero such as "1.25"')),
    _as_decimal_text,
]
PositiveDecimal = Annotated[
    Decimal,
    PlainValidator(_DecimalOf(_POSITIVE, 'a decimal string above zero such as "1.25"')),
    _as_decimal_text,
]
Ratio = Annotated[
    Decimal,
    PlainValidator(_DecimalOf(_RATIO, 'a decimal string from "0" to "1" such as "0.5"')),
    _as_decimal_text,
]
Timestamp = Annotated[datetime, PlainValidator(parse_timestamp), _as_timestamp_text]
Uuid = Annotated[UUID, PlainValidator(_parse_uuid), _as_text]

# Bounds are given where it is used: Annotated[Integer, Field(ge=…, le=…)].
Integer = Annotated[int, Strict(), BeforeValidator(_integral)]
Count = Annotated[Integer, Field(ge=0, le=MAX_SAFE_INTEGER)]
DirectiveNo = Annotated[Integer, Field(ge=1, le=2**40 - 1)]  # 40 bits are left beside the prefix of the magic
Boolean = Annotated[bool, Strict()]

AccountId = Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
StrategyId = Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
Symbol = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9._#+-]{0,31}$")]
Ticket = Annotated[str, StringConstraints(strict=True, pattern=r"^[1-9][0-9]{0,19}$")]
Code = Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Currency = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Z]{3,8}$")]
# No NUL: Postgres cannot store one.
Text = Annotated[str, StringConstraints(strict=True, max_length=500, pattern=r"^[^\x00]*$")]

Timeframe = Literal["M1", "M5", "M15", "M30", "H1", "H4", "D1"]
Side = Literal["buy", "sell"]
Action = Literal["open", "close", "modify"]
OrderType = Literal["market", "limit", "stop"]
SignalStatus = Literal["pending", "processed", "archived"]
DirectiveStatus = Literal["pending", "acknowledged", "completed", "failed", "cancelled"]
