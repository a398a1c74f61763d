"""Whatever dies while everybody trades: nothing is lost, nothing happens twice, and all of it is proven."""

from dataclasses import replace
from decimal import Decimal

import pytest

from scripts.tools.demo.bars_file import BarsFile, read_bars, sample_file
from scripts.tools.demo.chaos import Chaos
from scripts.tools.demo.invariants import check
from scripts.tools.demo.officer import compiled
from scripts.tools.demo.play import Played, backend_of, play
from scripts.tools.demo.summary import summarize
from scripts.tools.evidence.auditor import auditing
from scripts.tools.stack import Stack

BARS = 250


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long)])
def test_everybody_dies_at_random_and_nothing_is_lost(seed: int) -> None:
    print(f"seed {seed}")  # noqa: T201 - shown when the test fails, to repeat it
    with Stack() as stack:
        chaos = Chaos(stack, seed=seed, pause_seconds=(0.5, 2.0))
        played = chaos.reign_over(lambda: _play(stack, BARS, chaos))
        with auditing(stack.database_url) as connection:
            invariants = check(connection, played.accounts)
            summary = summarize(connection)

    assert {"postgres", "postgrest", "functions"} < set(+chaos.killed), chaos.killed
    assert chaos.killed["officer demo-1"] + chaos.killed["officer demo-2"] > 0, chaos.killed
    assert summary.signals > 0
    assert summary.events > 0
    assert invariants.findings() == ()


def test_a_ledger_that_crashes_has_everything_it_ever_answered_for() -> None:
    with Stack() as stack:
        _play(stack, 200, None)
        with auditing(stack.database_url) as connection:
            before = summarize(connection)
        stack.kill_postgres()
        stack.restart_postgres()
        with auditing(stack.database_url) as connection:
            after = summarize(connection)

    assert before.events > 0
    assert after == before


def _play(stack: Stack, bars: int, chaos: Chaos | None) -> Played:
    return play(
        _sample(),
        bars,
        backend_of(stack, compiled(print)),
        contract_size=Decimal(100_000),
        progress=lambda more: None,
        chaos=chaos,
    )


def _sample() -> BarsFile:
    file = read_bars(sample_file())
    bars = tuple(bar.model_copy(update={"spread_points": 10}) for bar in file.bars)
    return replace(file, bars=bars)
