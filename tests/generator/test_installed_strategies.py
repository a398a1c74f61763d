"""Strategies of other packages: found by their entry point, and no danger to ours."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.contract.bar import closed_at
from functions.contract.problems import Problem
from functions.generator.evaluate import NoSignal, StrategyInput, evaluate
from functions.generator.strategies import registry
from functions.generator.strategies.registry import required_bars
from tests.generator.bars import hourly

PACKAGE = """
from decimal import Decimal
from functions.generator.strategies.base import Parameters, Proposal, Strategy

class Nothing(Parameters):
    @property
    def warm_up_bars(self):
        return 2

def propose(bars, parameters):
    return (Proposal("close", None, Decimal(1), None, None, None, {"close": bars[-1].close}),)

ALWAYS_CLOSES = Strategy(kind="always_closes", parameters=Nothing, propose=propose)
OURS = Strategy(kind="ema_cross", parameters=Nothing, propose=propose)
NO_STRATEGY = "a sentence"
"""
ENTRY_POINTS = """
[distortsignals.strategies]
always_closes = their_strategies:ALWAYS_CLOSES
ours = their_strategies:OURS
sentence = their_strategies:NO_STRATEGY
gone = their_strategies:NOT_THERE
"""


@pytest.fixture(autouse=True)
def _package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package as pip leaves it: a module, and beside it its metadata."""
    (tmp_path / "their_strategies.py").write_text(PACKAGE)
    metadata = tmp_path / "their_strategies-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: their-strategies\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(ENTRY_POINTS)
    monkeypatch.syspath_prepend(str(tmp_path))
    registry._installed.cache_clear()
    yield
    registry._installed.cache_clear()
    sys.modules.pop("their_strategies", None)


def test_an_installed_strategy_is_evaluated_like_ours() -> None:
    bars = hourly(["1.1", "1.2"])
    given = StrategyInput.model_validate(
        {
            "strategy_id": "theirs",
            "kind": "always_closes",
            "symbol": "EURUSD",
            "timeframe": "H1",
            "parameters": {"valid_bars": 1},
            "bars": bars,
        }
    )
    result = evaluate(given, closed_at(bars[-1]))
    assert not isinstance(result, NoSignal)
    assert [(one.action, one.strategy_id) for one in result] == [("close", "theirs")]


def test_an_installed_strategy_is_named_among_the_known_ones() -> None:
    assert required_bars("always_closes", {"valid_bars": 1}) == 2
    with pytest.raises(Problem) as caught:
        required_bars("astrology", {})
    assert "always_closes" in caught.value.hint


def test_a_kind_of_ours_cannot_be_taken_over(caplog: pytest.LogCaptureFixture) -> None:
    ours = registry.strategy_of("ema_cross")
    registry.strategy_of("always_closes")
    assert ours is registry.STRATEGIES["ema_cross"]
    assert "there is a strategy of kind ema_cross already" in caplog.text


def test_what_cannot_be_loaded_is_said_and_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    assert registry.strategy_of("always_closes") is not None
    assert "their_strategies:NOT_THERE could not be loaded" in caplog.text
    assert "their_strategies:NO_STRATEGY is not a strategy" in caplog.text
