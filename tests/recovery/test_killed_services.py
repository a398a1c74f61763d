"""Whatever dies while everybody trades: nothing is lost, nothing happens twice, and all of it is proven."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

import pytest

from scripts.tools.demo.auditor import auditing
from scripts.tools.demo.bars_file import BarsFile, read_bars, sample_file
from scripts.tools.demo.invariants import check
from scripts.tools.demo.play import Played, backend_of, play
from scripts.tools.demo.summary import summarize
from scripts.tools.stack import Stack
from tests.recovery.chaos import Chaos

BARS = 330


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [1, 2])
def test_postgresql_postgrest_and_functions_die_at_random_and_nothing_is_lost(seed: int) -> None:
    print(f"seed {seed}")  # noqa: T201 - shown when the test fails, to repeat it
    with Stack() as stack:
        chaos = Chaos(stack, seed=seed, pause_seconds=(0.3, 1.2))
        played = _play_under(chaos, stack)
        with auditing(stack.database_url) as connection:
            invariants = check(connection, played.brokers)
            summary = summarize(connection)

    assert set(chaos.killed) == {"postgres", "postgrest", "functions"}, chaos.killed
    assert summary.signals > 0
    assert summary.events > 0
    assert invariants.findings() == ()


def test_a_ledger_that_crashes_has_everything_it_ever_answered_for() -> None:
    with Stack() as stack:
        _play(stack, 300, lambda: None)
        with auditing(stack.database_url) as connection:
            before = summarize(connection)
        stack.kill_postgres()
        stack.restart_postgres()
        with auditing(stack.database_url) as connection:
            after = summarize(connection)

    assert before.events > 0
    assert after == before


def _play_under(chaos: Chaos, stack: Stack) -> Played:
    # The operator, who sets the stage before the first bar, is a person and would try again: spared.
    begun, over = threading.Event(), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        playing = pool.submit(_play, stack, BARS, begun.set)
        playing.add_done_callback(lambda _: _set(begun, over))
        begun.wait()
        chaos.reign(over)
        return playing.result()


def _set(*events: threading.Event) -> None:
    for event in events:
        event.set()


def _play(stack: Stack, bars: int, played_one: Callable[[], None]) -> Played:
    return play(
        _sample(),
        bars,
        backend_of(stack),
        contract_size=Decimal(100_000),
        progress=lambda more: played_one(),
    )


def _sample() -> BarsFile:
    file = read_bars(sample_file())
    bars = tuple(bar.model_copy(update={"spread_points": 10}) for bar in file.bars)
    return replace(file, bars=bars)
