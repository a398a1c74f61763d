"""A market that moves by itself: seeded five-minute bars of many symbols, and the clock they go by."""

import random
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from functions.contract.bar import Bar
from functions.contract.scalars import Timeframe
from scripts.tools.chaos.clock import Clock

SYMBOLS: Final = (
    "AUDUSD",
    "BTCUSD",
    "CADUSD",
    "CHFUSD",
    "ETHUSD",
    "EURUSD",
    "GBPUSD",
    "NZDUSD",
    "XAGUSD",
    "XAUUSD",
)
CURRENCY: Final = "USD"
DIGITS: Final = 5
TICK_SIZE: Final = Decimal(1).scaleb(-DIGITS)
CONTRACT_SIZE: Final = Decimal(100_000)
TIMEFRAME: Final[Timeframe] = "M5"
BAR: Final = timedelta(minutes=5)
# Bars of two symbols close each minute: there is always something new, and each stays current for long
# enough that a short outage does not cost it its signal.
MINUTE: Final = timedelta(minutes=1)
_A_MINUTE = len(SYMBOLS) // (BAR // MINUTE)
# A quarter of an hour before a month ends: stories begin in one partition, and others in the next.
OPENS_AT: Final = datetime(2026, 1, 31, 23, 45, tzinfo=UTC)
_SPREAD_POINTS = 8
_FIRST_PRICE_TICKS = 110_000
# A price strays by so many ticks a bar (standard deviation) and comes back by this share of its distance:
# averages cross often, and stops are hit.
_STRAYS_TICKS, _RETURNS = 14, 0.05


class Market:
    """Bars that follow from the seed, and a simulated time that takes `minute_seconds` of `clock` a minute.

    history: how many bars of each symbol there are before the market opens.
    Safe between threads.
    """

    def __init__(self, seed: int, clock: Clock, *, minute_seconds: float, history: int) -> None:
        self._clock = clock
        self._random = {symbol: random.Random(f"{seed}/{symbol}") for symbol in SYMBOLS}  # noqa: S311
        self._bars: list[Bar] = []
        self._speed = MINUTE / timedelta(seconds=minute_seconds)
        self._first = OPENS_AT - history * BAR
        self._skipped = timedelta(0)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The simulated time."""
        return OPENS_AT + timedelta(seconds=self._clock.now() * self._speed) + self._skipped

    def skip(self, more: timedelta) -> None:
        """Let time jump."""
        self._skipped += more

    def closed_bars(self, after: int = 0) -> list[Bar]:
        """All bars that have closed but the first `after`, in the order in which they closed."""
        closed = ((self.now() - self._first - BAR) // MINUTE + 1) * _A_MINUTE
        with self._lock:
            while len(self._bars) < closed:
                self._bars.append(self._next())
            return self._bars[after:closed]

    def _next(self) -> Bar:
        number = len(self._bars)
        symbol = SYMBOLS[number % len(SYMBOLS)]
        drawn = self._random[symbol]
        known = number >= len(SYMBOLS)
        opened = int(self._bars[number - len(SYMBOLS)].close / TICK_SIZE) if known else _FIRST_PRICE_TICKS
        home = (_FIRST_PRICE_TICKS - opened) * _RETURNS
        closed = opened + round(drawn.gauss(home, _STRAYS_TICKS))
        high = max(opened, closed) + drawn.randint(0, _STRAYS_TICKS)
        low = min(opened, closed) - drawn.randint(0, _STRAYS_TICKS)
        return Bar(
            symbol=symbol,
            timeframe=TIMEFRAME,
            opened_at=self._first + number // _A_MINUTE * MINUTE,
            open=opened * TICK_SIZE,
            high=high * TICK_SIZE,
            low=low * TICK_SIZE,
            close=closed * TICK_SIZE,
            tick_volume=drawn.randint(1, 500),
            spread_points=_SPREAD_POINTS,
        )
