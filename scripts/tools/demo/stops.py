"""Whether a bar hits a position's stop loss or take profit, and at which price."""

from dataclasses import dataclass
from decimal import Decimal

from functions.contract.bar import Bar
from scripts.tools.demo.records import Cause, Position


@dataclass(frozen=True, slots=True)
class Hit:
    """The price at which a stop closes its position; `at_open` says that the bar began beyond it."""

    cause: Cause
    price: Decimal
    at_open: bool


def hit(position: Position, bar: Bar, spread: Decimal) -> Hit | None:
    """The stop of this position that the bar hits, None if it hits neither.

    A bar's prices are bids; a sell is closed at the ask, `spread` above. A bar that opens beyond a stop
    closes there and then, at its open. A bar that hits both later is taken to have hit the stop loss first:
    which came first cannot be known, and a demo must not flatter itself.
    """
    if position.side == "buy":
        first, worst, best, towards_profit = bar.open, bar.low, bar.high, 1
    else:
        first, worst, best, towards_profit = bar.open + spread, bar.high + spread, bar.low + spread, -1
    stop_loss, take_profit = position.stop_loss, position.take_profit
    if _reached(first, stop_loss, -towards_profit):
        return Hit("stop_loss", first, at_open=True)
    if _reached(first, take_profit, towards_profit):
        return Hit("take_profit", first, at_open=True)
    if stop_loss is not None and _reached(worst, stop_loss, -towards_profit):
        return Hit("stop_loss", stop_loss, at_open=False)
    if take_profit is not None and _reached(best, take_profit, towards_profit):
        return Hit("take_profit", take_profit, at_open=False)
    return None


def _reached(price: Decimal, level: Decimal | None, direction: int) -> bool:
    """Whether the price is at the level or beyond it, going up (1) or down (-1)."""
    return level is not None and (price - level) * direction >= 0
