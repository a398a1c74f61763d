"""`scripts/distort bars fetch`, as typed, against a real ledger and a provider on a real socket."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from scripts.tools.cli import app
from scripts.tools.operator.ledger import OperatorError
from tests.feed.exchange import Exchange, error
from tests.feed.test_fetch import Desk, hours, provided
from tests.support.project import Project

HOUR = timedelta(hours=1)
LAST = datetime(2026, 1, 5, 12, tzinfo=UTC)
RANGE = ("--symbol", "EURUSD", "--timeframe", "H1", "--from", "2025-12-01", "--until", "2026-01-05T12:00:00Z")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["bars", "fetch", *arguments], catch_exceptions=False)


def answer(*arguments: str) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


@pytest.fixture
def desk(project: Project) -> Desk:
    return Desk(project)


@pytest.mark.parametrize("provider", ["twelve_data", "oanda"])
def test_a_range_is_fetched_to_its_ends_and_again_finds_all_known(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, provider: str
) -> None:
    with provided(monkeypatch, Exchange(hours(2000, LAST + 5 * HOUR), LAST + 9 * HOUR), provider):
        (first,) = answer(*RANGE)["fetched"]
        (again,) = answer(*RANGE)["fetched"]

    count = int((LAST - datetime(2025, 12, 1, tzinfo=UTC)) / HOUR)
    assert (first["recorded"], again["recorded"], again["duplicates"]) == (count, 0, count)
    assert desk.stored() == hours(count, LAST - HOUR)


def test_what_strategies_need_is_fetched_where_nothing_is_named(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.project.save_strategy("one", warm_up_bars=700)
    with provided(monkeypatch, Exchange(hours(2000, LAST), LAST)):
        (item,) = answer("--until", "2026-01-05T12:00:00Z")["fetched"]

    assert (item["outcome"], item["recorded"]) == ("fetched", 700)
    assert desk.stored() == hours(700, LAST - HOUR)


def test_a_failure_is_said_and_counts(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with provided(
        monkeypatch, Exchange(hours(9, LAST), LAST, refusals=[error("twelve_data", 401, "No key")])
    ):
        result = run(*RANGE)

    assert result.exit_code == 1
    assert "EURUSD H1: failed" in result.stdout
    assert "provider_unauthorized" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--provider", "yahoo"), "no provider yahoo"),
        (("--timeframe", "H2"), "no timeframe H2"),
        ((), "no enabled strategy"),
        (("--from", "yesterday"), "no time"),
        (("--provider", "oanda"), "DISTORT_FEED_OANDA_API_KEY"),
    ],
)
def test_what_cannot_be_told_is_asked_for(desk: Desk, arguments: tuple[str, ...], said: str) -> None:
    with pytest.raises(OperatorError, match=said):
        run(*arguments)
