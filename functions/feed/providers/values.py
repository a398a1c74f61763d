"""Reads the values of a provider's answer: exactly, or not at all."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from functions.contract.bar import Bar
from functions.contract.scalars import Timeframe
from functions.feed.providers.http import invalid

_NUMBER = re.compile(r"[0-9]{1,20}(\.[0-9]{1,20})?")


def price(value: object) -> Decimal:
    """A price written as a JSON string or number. Raises ProviderError provider_answer_invalid."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return Decimal(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    # The bounds keep out what is a number but would take gigabytes to write down.
    if isinstance(value, Decimal) and -20 <= value.adjusted() <= 20:
        return value
    raise invalid("has a price that is no number")


def members(value: object, key: str) -> list[Mapping[str, Any]]:
    """The list of objects under `key`. Raises ProviderError provider_answer_invalid."""
    found = value.get(key) if isinstance(value, Mapping) else None
    if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
        raise invalid(f"has no list of objects called {key}")
    return found


def bar(
    symbol: str,
    timeframe: Timeframe,
    opened_at: datetime,
    prices: tuple[object, object, object, object],
    *,
    tick_volume: object = 0,
    spread_points: int = 0,
) -> Bar:
    """A bar of open, high, low and close. Raises ProviderError provider_answer_invalid."""
    try:
        return Bar.model_validate(
            dict(zip(("open", "high", "low", "close"), map(price, prices), strict=True))
            | {
                "symbol": symbol,
                "timeframe": timeframe,
                "opened_at": opened_at,
                "tick_volume": tick_volume,
                "spread_points": spread_points,
            }
        )
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise invalid(f"has a bar that cannot be stored: {where} {first['msg']}") from error
