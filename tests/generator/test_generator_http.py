"""POST /generator over the real ledger: from stored bars to published signals, however often it is called."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from functions.contract.bar import Bar
from functions.generator import evaluate
from functions.generator.strategies.base import Strategy
from functions.generator.strategies.registry import STRATEGIES, required_bars
from tests.generator.bars import HOUR, PARAMETERS, WINDOW, falling_then, hourly, rising_then
from tests.support.clock import T0, after
from tests.support.project import Project


@dataclass(frozen=True)
class Desk:
    """A project with a feed and a generator."""

    project: Project
    feed_key: str
    generator_key: str

    def save(self, strategy_id: str = "trend", **changes: Any) -> None:
        """Save an EMA cross on EURUSD H1 that needs 51 bars."""
        given: dict[str, Any] = {
            "kind": "ema_cross",
            "parameters": PARAMETERS,
            "warm_up_bars": WINDOW,
        } | changes
        self.project.save_strategy(strategy_id, **given)

    def store(self, bars: Sequence[Bar], at: datetime = T0) -> None:
        """Store closed bars as the feed."""
        body = {"bars": [bar.model_dump(mode="json") for bar in bars]}
        reply = self.project.send("/bars", body, key=self.feed_key, at=at)
        assert reply.document["recorded"] == len(bars), reply.text

    def run(self, strategy_ids: list[str] | None = None, at: datetime = T0) -> dict[str, Any]:
        """Call the generator; what it answers."""
        body = {"strategy_ids": strategy_ids}
        reply = self.project.send("/generator", body, key=self.generator_key, at=at)
        assert reply.status == 200, reply.text
        document: dict[str, Any] = reply.document
        return document

    def outcomes(self, strategy_ids: list[str] | None = None, at: datetime = T0) -> list[tuple[str, str]]:
        """Call the generator; strategy and outcome of each signal."""
        signals = self.run(strategy_ids, at)["signals"]
        return [(signal["strategy_id"], signal["outcome"]) for signal in signals]


@pytest.fixture
def desk(project: Project) -> Desk:
    return Desk(project, project.issue_key("feed"), project.issue_key("generator"))


def test_a_cross_on_stored_bars_becomes_a_pending_signal(desk: Desk) -> None:
    desk.save()
    desk.store(falling_then("1.12"))
    answer = desk.run(at=after(seconds=5))
    [signal] = answer["signals"]
    assert answer["server_time"] == "2026-01-05T12:00:05Z"
    assert (answer["evaluated"], answer["skipped"]) == (1, [])
    assert signal["outcome"] == "published"
    assert signal["created_at"] == "2026-01-05T12:00:00Z"
    [stored] = desk.project.rows("select signal_id::text, side, status, stop_loss from ledger.signal_outbox")
    assert stored["signal_id"] == signal["signal_id"]
    assert (stored["side"], stored["status"], str(stored["stop_loss"])) == ("buy", "pending", "1.097")


def test_a_generator_run_twice_for_one_bar_publishes_one_signal(desk: Desk) -> None:
    desk.save()
    desk.store(falling_then("1.12"))
    assert desk.outcomes() == [("trend", "published")]
    before = desk.project.contents()
    assert desk.outcomes(at=after(minutes=30)) == [("trend", "duplicate")]
    assert desk.project.contents() == before


def test_bars_that_came_later_change_nothing_about_an_earlier_one(desk: Desk) -> None:
    desk.save()
    bars = hourly(
        [bar.close for bar in falling_then("1.12")] + [bar.close for bar in rising_then("1.3")][:20]
    )
    desk.store(bars[:WINDOW])
    assert desk.outcomes() == [("trend", "published")]
    desk.store(bars[WINDOW:], at=T0 + 20 * HOUR)
    assert desk.outcomes() == [("trend", "duplicate")]


def test_a_strategy_with_other_parameters_conflicts_with_what_it_published(desk: Desk) -> None:
    desk.save()
    desk.store(falling_then("1.12"))
    desk.run()
    desk.save(parameters=PARAMETERS | {"stop_distance_atr": "3"})
    before = desk.project.contents()
    assert desk.outcomes() == [("trend", "conflict")]
    assert desk.project.contents() == before


def test_every_strategy_runs_on_every_symbol_and_what_gives_no_signal_says_why(desk: Desk) -> None:
    desk.save("pairs", symbols=["EURUSD", "GBPUSD", "USDCHF"])
    slower = PARAMETERS | {"slow_bars": 20}
    desk.save("patient", parameters=slower, warm_up_bars=required_bars("ema_cross", slower))
    desk.save("odd", kind="astrology")
    desk.save("wrong", parameters={})
    desk.save("resting", enabled=False)
    desk.store(falling_then("1.12"))
    desk.store(hourly(["1.3"] * WINDOW, symbol="GBPUSD"))
    answer = desk.run()
    assert answer["evaluated"] == 6
    assert [(signal["strategy_id"], signal["symbol"]) for signal in answer["signals"]] == [
        ("pairs", "EURUSD")
    ]
    assert [tuple(skipped.values()) for skipped in answer["skipped"]] == [
        ("odd", "EURUSD", "kind_unknown"),
        ("pairs", "GBPUSD", "no_signal"),
        ("pairs", "USDCHF", "no_bars"),
        ("patient", "EURUSD", "warming_up"),
        ("wrong", "EURUSD", "parameters_invalid"),
    ]


def test_a_bar_that_has_not_arrived_is_waited_for(desk: Desk) -> None:
    desk.save()
    desk.store(falling_then("1.12"))
    [skipped] = desk.run(at=T0 + HOUR)["skipped"]
    assert skipped["reason"] == "bars_not_current"


def test_only_the_strategies_named_are_run(desk: Desk) -> None:
    desk.save("one")
    desk.save("two")
    desk.store(falling_then("1.12"))
    assert desk.outcomes(["two", "nobody"]) == [("two", "published")]


def test_a_strategy_that_fails_does_not_cost_the_others_their_bar(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> tuple[()]:
        raise ZeroDivisionError

    faulty = Strategy("faulty", STRATEGIES["ema_cross"].parameters, fails)
    known = {**STRATEGIES, "faulty": faulty}
    monkeypatch.setattr(evaluate, "strategy_of", known.get)
    desk.save("bad", kind="faulty")
    desk.save("good")
    desk.store(falling_then("1.12"))
    answer = desk.run()
    assert [signal["strategy_id"] for signal in answer["signals"]] == ["good"]
    assert answer["skipped"] == [{"strategy_id": "bad", "symbol": "EURUSD", "reason": "strategy_failed"}]


def test_a_generator_starts_without_the_libraries_only_an_evaluation_needs() -> None:
    probe = "import sys, functions.generator.generate; print({'numpy', 'talib'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)  # noqa: S603 - ours
    assert done.stdout.strip() == "set()"
