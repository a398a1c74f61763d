"""What a schema cannot say about a bar: its numbers must be possible together."""

from datetime import UTC, datetime

import pytest

from functions.contract.bar import Bar, closed_at, inconsistency
from tests.contracts.messages import valid_examples

BAR = {
    "symbol": "EURUSD",
    "timeframe": "H1",
    "opened_at": "2026-01-05T13:00:00Z",
    "open": "1.2",
    "high": "1.4",
    "low": "1.1",
    "close": "1.3",
    "tick_volume": 1,
    "spread_points": 0,
}


@pytest.mark.parametrize("document", valid_examples("bar"))
def test_the_bars_of_the_examples_are_consistent(document: dict[str, object]) -> None:
    assert inconsistency(Bar.model_validate(document)) is None


def test_a_bar_that_never_moved_is_consistent() -> None:
    still = dict.fromkeys(("open", "high", "low", "close"), "1.2")
    assert inconsistency(Bar.model_validate(BAR | still)) is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"high": "1.25"}, "High 1.25"),
        ({"high": "1.15"}, "High 1.15"),
        ({"low": "1.21"}, "Low 1.21"),
        ({"opened_at": "2026-01-05T13:30:01Z"}, "does not open at"),
        ({"opened_at": "2026-01-05T13:00:00.5Z"}, "does not open at"),
    ],
)
def test_an_impossible_bar_is_told_what_is_impossible(changes: dict[str, str], said: str) -> None:
    assert said in (inconsistency(Bar.model_validate(BAR | changes)) or "")


def test_a_bar_closes_one_length_after_it_opened() -> None:
    assert closed_at(Bar.model_validate(BAR)) == datetime(2026, 1, 5, 14, tzinfo=UTC)
