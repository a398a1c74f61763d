"""When each kind enters, on drawn bars: the very bar, and not the one after it."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from functions.contract.bar import Bar, closed_at
from functions.generator.strategies.registry import STRATEGIES, parsed_parameters
from functions.generator.strategies.trend_pullback import longer_bars
from tests.generator.bars import hourly, real_eurusd
from tests.generator.recipes import recipe

STEP = Decimal("0.0010")


def entered(kind: str, closes: Sequence[Decimal | str], **changes: Any) -> str | None:
    """The side it enters on the last of these closes, preceded by as many of the first as it reads."""
    parameters = parsed_parameters(STRATEGIES[kind], recipe(kind, **changes))
    missing = parameters.warm_up_bars - len(closes)
    bars = hourly([closes[0]] * missing + list(closes))
    openings = [one for one in STRATEGIES[kind].propose(bars, parameters) if one.action == "open"]
    assert len(openings) <= 1
    return openings[0].side if openings else None


def path(*moves: int, start: str = "1.1") -> list[Decimal]:
    """Closes that move by so many steps a bar."""
    closes = [Decimal(start)]
    for move in moves:
        closes.append(closes[-1] + move * STEP)
    return closes


def mirrored(closes: Sequence[Decimal]) -> list[Decimal]:
    return [2 * closes[0] - close for close in closes]


ENTRIES = {
    # Five falls take the RSI down to the end of its scale, one rise brings it back.
    "rsi_reversion": path(-1, -1, -1, -1, -1, 5),
    # A long fall that turns: the line crosses its signal line on the first strong rise.
    "macd_cross": path(*[-1] * 20, 6),
    # Within the channel for a month of bars, then beyond its high (the high is 0.0005 above the close).
    "donchian_breakout": path(1, -1, 1, -1, 1, -1, 3),
    # Small steps to and fro within wide ranges, then a large one.
    "bollinger_squeeze": [*path(*[0] * 15), Decimal("1.108")],
}


@pytest.mark.parametrize("kind", sorted(ENTRIES))
def test_it_buys_on_the_bar_it_waits_for_and_sells_on_its_mirror_image(kind: str) -> None:
    assert entered(kind, ENTRIES[kind]) == "buy"
    assert entered(kind, mirrored(ENTRIES[kind])) == "sell"


@pytest.mark.parametrize("kind", sorted(ENTRIES))
def test_it_does_not_enter_a_bar_early_or_late(kind: str) -> None:
    closes = ENTRIES[kind]
    assert entered(kind, closes[:-1]) is None
    assert entered(kind, [*closes, closes[-1] + STEP]) is None


def test_a_trend_pullback_enters_with_the_longer_trend_only() -> None:
    rising = path(*[1] * 150, -3, -3, -3, 8)
    assert entered("trend_pullback", rising) == "buy"
    assert entered("trend_pullback", mirrored(rising)) == "sell"
    assert entered("trend_pullback", path(*[-1] * 150, -3, -3, -3, 8)) is None


def test_longer_bars_are_made_of_closed_hours_on_a_grid() -> None:
    bars = real_eurusd()[:500]
    longer = longer_bars(bars, 4)
    closes = {closed_at(bar): bar.close for bar in bars}
    assert all(one.closed_at.hour % 4 == 0 for one in longer)
    assert all(before.closed_at < after.closed_at for before, after in pairwise(longer))
    assert all(one.close == closes[one.closed_at] for one in longer if one.closed_at in closes)
    assert longer[-1].closed_at <= closed_at(bars[-1])


@pytest.mark.parametrize(("hours", "expected"), [(7, 1), (8, 2), (9, 2)])
def test_a_longer_bar_counts_once_its_last_hour_has_closed(hours: int, expected: int) -> None:
    bars: Sequence[Bar] = hourly(["1.1"] * hours, first=real_midnight())
    assert len(longer_bars(bars, 4)) == expected


def test_a_longer_bar_whose_beginning_is_not_known_is_left_out() -> None:
    bars = hourly(["1.1"] * 9, first=real_midnight())
    assert len(longer_bars(bars[1:], 4)) == 1


def real_midnight() -> Any:
    return real_eurusd()[0].opened_at.replace(hour=0)
