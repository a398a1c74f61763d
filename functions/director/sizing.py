"""How many lots: the largest volume whose loss at the stop stays within the risk that was allowed.

This is the percent-risk model of position sizing (Van K. Tharp, "Trade Your Way to Financial Freedom"; Ralph
Vince's fixed fraction), with the loss of one lot as MetaTrader 5 defines it: prices move in ticks of
SYMBOL_TRADE_TICK_SIZE, and each tick of one lot is worth SYMBOL_TRADE_TICK_VALUE in the account's currency.
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_UP, Decimal, localcontext

# Enough that no product of contract decimals (22 digits each) is ever rounded; quotients are rounded down.
EXACT_DIGITS = 120
# The decimals a contract decimal can carry.
_RECORDED = Decimal("1e-10")


@dataclass(frozen=True, slots=True)
class Sizing:
    """A volume and the numbers it was computed from: money in the account's currency, volumes in lots.

    `volume_lots` is a multiple of the step; it may be zero or below the instrument's minimum, which is for
    the caller to refuse. `volume_raw_lots` is the volume before caps and steps, rounded down; `loss_per_lot`
    is rounded up: the record never flatters the decision.
    """

    risk_amount: Decimal
    stop_distance: Decimal
    loss_per_lot: Decimal
    volume_raw_lots: Decimal
    volume_lots: Decimal


def size(
    *,
    equity: Decimal,
    allocation: Decimal | None = None,
    risk_per_trade: Decimal,
    risk_multiplier: Decimal,
    entry_price: Decimal,
    stop_loss: Decimal,
    tick_size: Decimal,
    tick_value: Decimal,
    volume_step_lots: Decimal,
    volume_max_lots: Decimal,
) -> Sizing:
    """Size a position so that a loss at the stop costs at most the risk allowed.

    entry_price: what the position is opened at, the spread included where it is bought.
    risk_amount = equity * allocation * risk_per_trade * risk_multiplier, without an allocation of all equity;
    loss_per_lot = |entry - stop| / tick_size * tick_value;
    volume = risk_amount / loss_per_lot, capped, then cut down to a whole number of steps: never rounded up.
    Tick size and value, step and cap are positive; entry and stop differ. Without equity the volume is zero.
    """
    with localcontext(prec=EXACT_DIGITS, rounding=ROUND_DOWN):
        allocated = max(equity, Decimal(0)) * (Decimal(1) if allocation is None else allocation)
        risk_amount = allocated * risk_per_trade * risk_multiplier
        stop_distance = abs(entry_price - stop_loss)
        # Multiplied out, so that a quotient that never ends cannot push the volume over the next step.
        volume = risk_amount * tick_size / (stop_distance * tick_value)
        steps = min(volume, volume_max_lots) // volume_step_lots
        return Sizing(
            risk_amount=risk_amount.quantize(_RECORDED),
            stop_distance=stop_distance,
            loss_per_lot=_loss_per_lot(stop_distance, tick_size, tick_value),
            volume_raw_lots=volume.quantize(_RECORDED),
            volume_lots=steps * volume_step_lots,
        )


def _loss_per_lot(stop_distance: Decimal, tick_size: Decimal, tick_value: Decimal) -> Decimal:
    with localcontext(prec=EXACT_DIGITS, rounding=ROUND_CEILING):
        return (stop_distance * tick_value / tick_size).quantize(_RECORDED)


def of_points(points: int, digits: int) -> Decimal:
    """How far so many points are, in the quote currency; a point is the last digit of a price."""
    return Decimal(points).scaleb(-digits)


def share(fraction: Decimal, amount: Decimal) -> Decimal:
    """The product of two contract decimals with every digit it has."""
    with localcontext(prec=EXACT_DIGITS):
        return fraction * amount


def recorded(amount: Decimal) -> Decimal:
    """An amount with the decimals that a record carries, away from zero: never smaller than it is."""
    with localcontext(prec=EXACT_DIGITS, rounding=ROUND_UP):
        return amount.quantize(_RECORDED)
