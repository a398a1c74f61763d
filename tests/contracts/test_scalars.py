"""Messages built in Python: exact types are taken, inexact ones refused, and each is written in one way."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from functions.contract.decision import RiskDecision
from functions.contract.scalars import decimal_text, parse_timestamp, timestamp_text
from functions.contract.signal import Signal
from tests.contracts.messages import valid_examples

AT = datetime(2026, 1, 5, 14, tzinfo=UTC)


def signal(**changes: Any) -> Signal:
    """A signal built from Python values."""
    values = {
        "signal_id": UUID("5d0c1a52-3c53-5b0e-9a53-4b6a4f2f9e11"),
        "strategy_id": "ema-cross-h1",
        "symbol": "EURUSD",
        "timeframe": "H1",
        "created_at": AT,
        "action": "open",
        "side": "buy",
        "strength": Decimal("0.50"),
        "entry_price": Decimal("1.0852"),
        "stop_loss": Decimal("1.0812"),
        "take_profit": None,
        "expires_at": AT + timedelta(minutes=30),
        "indicators": {"ema_fast": Decimal("-0.0")},
        "opened_before": None,
    }
    return Signal(**(values | changes))


def test_a_message_built_in_python_equals_the_same_message_read_from_json() -> None:
    built = signal()
    assert Signal.model_validate(built.model_dump(mode="json")) == built


def test_a_message_is_written_canonically() -> None:
    written = signal(created_at=AT.astimezone(timezone(timedelta(hours=2)))).model_dump(mode="json")
    assert written["signal_id"] == "5d0c1a52-3c53-5b0e-9a53-4b6a4f2f9e11"
    assert written["created_at"] == "2026-01-05T14:00:00Z"
    assert written["strength"] == "0.5"
    assert written["indicators"] == {"ema_fast": "0"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("strength", 0.5),
        ("strength", Decimal("1.01")),
        ("strength", Decimal("NaN")),
        ("entry_price", 1),
        ("entry_price", Decimal(0)),
        ("entry_price", Decimal("1E+12")),
        ("entry_price", Decimal("0.00000000001")),
        ("created_at", datetime(2026, 1, 5, 14)),  # noqa: DTZ001 - naive is the point
        ("created_at", datetime(1969, 12, 31, tzinfo=UTC)),
        ("created_at", 1767621600),
        ("signal_id", "5D0C1A52-3C53-5B0E-9A53-4B6A4F2F9E11"),
        ("symbol", b"EURUSD"),
    ],
)
def test_a_value_that_is_inexact_or_out_of_bounds_is_refused(key: str, value: Any) -> None:
    with pytest.raises(ValidationError) as refusal:
        signal(**{key: value})
    assert [error["loc"] for error in refusal.value.errors()] == [(key,)]


def test_a_message_never_changes() -> None:
    with pytest.raises(ValidationError):
        signal().strength = Decimal(1)  # type: ignore[misc]


def test_a_refusal_does_not_quote_what_it_refuses() -> None:
    with pytest.raises(ValidationError) as refusal:
        signal(symbol="a secret sent by mistake")
    assert "secret" not in str(refusal.value)


def test_a_decimal_among_the_numbers_of_a_decision_becomes_its_canonical_text() -> None:
    document = valid_examples("risk_decision")[0] | {"numbers": {"equity": Decimal("1E+3"), "count": 2.0}}
    assert RiskDecision.model_validate(document).numbers == {"equity": "1000", "count": 2}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1.50", "1.5"),
        ("100", "100"),
        ("1E+2", "100"),
        ("1E-10", "0.0000000001"),
        ("-0.00", "0"),
        ("-1.0", "-1"),
    ],
)
def test_a_decimal_is_written_in_one_way(value: str, text: str) -> None:
    assert decimal_text(Decimal(value)) == text


@pytest.mark.parametrize(("microsecond", "fraction"), [(0, ""), (500_000, ".5"), (1, ".000001")])
def test_a_timestamp_has_a_fraction_only_if_there_is_one(microsecond: int, fraction: str) -> None:
    moment = AT.replace(microsecond=microsecond)
    assert timestamp_text(moment) == f"2026-01-05T14:00:00{fraction}Z"
    assert parse_timestamp(timestamp_text(moment)) == moment


def test_a_naive_datetime_is_never_written() -> None:
    with pytest.raises(ValueError, match="time zone"):
        timestamp_text(datetime(2026, 1, 5, 14))  # noqa: DTZ001 - naive is the point
