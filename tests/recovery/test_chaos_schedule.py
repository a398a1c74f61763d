"""A seed says who dies when, and what the bars are; nothing else has a say in it."""

import threading
import time
from datetime import timedelta
from itertools import pairwise

from scripts.tools.chaos.clock import Clock
from scripts.tools.chaos.market import BAR, MINUTE, SYMBOLS, Market
from scripts.tools.chaos.schedule import Strike, schedule

PARTS = {"postgres": ["killed", "shut down at once"], "postgrest": ["killed"], "generator": ["killed"]}
OFFICERS = {f"chaos-{number:02}": ["between two steps"] for number in range(1, 6)}


def strikes(seed: int) -> list[Strike]:
    return schedule(seed, 30.0, PARTS, OFFICERS)


def test_the_same_seed_kills_the_same_in_the_same_way_at_the_same_time() -> None:
    assert strikes(3) == strikes(3)
    assert strikes(3) != strikes(4)


def test_strikes_come_in_the_order_of_time_and_none_after_the_end() -> None:
    moments = [strike.at_seconds for strike in strikes(3)]

    assert moments == sorted(moments)
    assert 0 < moments[0] <= moments[-1] < 30.0


def test_nobody_is_spared() -> None:
    assert {strike.victim for strike in strikes(3)} == PARTS.keys() | OFFICERS.keys()


def test_a_part_dies_in_each_of_its_manners() -> None:
    manners = {(strike.victim, strike.manner) for seed in range(5) for strike in strikes(seed)}

    assert {("postgres", "killed"), ("postgres", "shut down at once")} <= manners


def test_the_same_seed_gives_the_same_bars() -> None:
    first, again, other = (_market(seed).closed_bars() for seed in (3, 3, 4))

    assert first == again
    assert first != other


def test_bars_of_a_symbol_follow_each_other_without_a_gap() -> None:
    bars = _market(3).closed_bars()

    for symbol in SYMBOLS:
        mine = [bar for bar in bars if bar.symbol == symbol]
        assert len(mine) > 2
        for before, bar in pairwise(mine):
            assert bar.opened_at - before.opened_at == BAR
            assert bar.open == before.close


def test_a_bar_is_there_from_the_moment_it_closes() -> None:
    market = _market(3)
    known = len(market.closed_bars())
    (*_, last) = market.closed_bars()
    assert last.opened_at + BAR <= market.now() < last.opened_at + BAR + MINUTE

    market.skip(MINUTE)

    assert len(market.closed_bars(after=known)) == len(SYMBOLS) // (BAR // MINUTE)


def _market(seed: int) -> Market:
    market = Market(seed, Clock(), minute_seconds=1.0, history=3)
    market.skip(timedelta(minutes=7))
    return market


def test_time_waits_while_two_parts_are_down_and_not_for_one() -> None:
    clock = Clock()
    assert clock.now() == 0.0
    clock.start()
    clock.part_dies()
    assert not clock.wait_until(0.02)

    clock.part_dies()
    stopped = clock.now()
    time.sleep(0.02)
    assert clock.now() == stopped

    clock.part_returns()
    assert not clock.wait_until(stopped + 0.02)
    assert clock.now() >= stopped + 0.02


def test_who_waits_for_a_moment_is_told_when_it_is_over_before() -> None:
    over = threading.Event()
    over.set()

    assert Clock().wait_until(60.0, over)
