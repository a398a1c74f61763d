"""Bars for tests of strategies: drawn from a list of closes, or real ones."""

import csv
import importlib.util
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from functions.contract.bar import Bar
from tests.support.clock import T0

HOUR = timedelta(hours=1)

# Small periods: a window of 1 + max(10 * 5, 20 * 2) = 51 bars.
PARAMETERS: dict[str, Any] = {
    "fast_bars": 3,
    "slow_bars": 5,
    "atr_bars": 2,
    "stop_distance_atr": "2",
    "reward_to_risk": "2",
    "half_strength_atr": "0.1",
    "sides": "both",
    "valid_bars": 3,
}
WINDOW = 51
# A window of bars from here on closes at T0.
FIRST = T0 - WINDOW * HOUR


def hourly(
    closes: Sequence[Decimal | str], *, symbol: str = "EURUSD", first: datetime = FIRST
) -> tuple[Bar, ...]:
    """One H1 bar per close; each opens where the last one closed and reaches 0.0005 beyond both ends."""
    values = [Decimal(close) for close in closes]
    opens = [values[0], *values[:-1]]
    reach = Decimal("0.0005")
    return tuple(
        Bar(
            symbol=symbol,
            timeframe="H1",
            opened_at=first + number * HOUR,
            open=opening,
            high=max(opening, close) + reach,
            low=min(opening, close) - reach,
            close=close,
            tick_volume=100,
            spread_points=8,
        )
        for number, (opening, close) in enumerate(zip(opens, values, strict=True))
    )


def falling_then(last: str, *, bars: int = WINDOW) -> tuple[Bar, ...]:
    """Closes that fall by 0.001 a bar down to 1.1, and one last close."""
    falling = [Decimal("1.1") + Decimal("0.001") * (bars - 2 - number) for number in range(bars - 1)]
    return hourly([*falling, Decimal(last)])


def rising_then(last: str, *, bars: int = WINDOW) -> tuple[Bar, ...]:
    """Closes that rise by 0.001 a bar up to 1.1, and one last close."""
    rising = [Decimal("1.1") - Decimal("0.001") * (bars - 2 - number) for number in range(bars - 1)]
    return hourly([*rising, Decimal(last)])


@cache
def real_eurusd() -> tuple[Bar, ...]:
    """5,000 real H1 bars, April 2017 to February 2018, from the data file of the package `backtesting`."""
    package = importlib.util.find_spec("backtesting")  # found, not imported: it would bring its charts along
    assert package is not None
    assert package.origin is not None
    with (Path(package.origin).parent / "test" / "EURUSD.csv").open(newline="") as file:
        rows = list(csv.reader(file))[1:]
    return tuple(_real_bar(*row) for row in rows)


def _real_bar(opened_at: str, open_: str, high: str, low: str, close: str, volume: str) -> Bar:
    return Bar(
        symbol="EURUSD",
        timeframe="H1",
        opened_at=datetime.fromisoformat(opened_at).replace(tzinfo=UTC),
        open=Decimal(open_),
        high=Decimal(high),
        low=Decimal(low),
        close=Decimal(close),
        tick_volume=int(volume),
        spread_points=0,
    )
