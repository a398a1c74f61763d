"""The money of a broker, computed as the simulated broker computes it (broker/execution.cpp, prices.cpp).

It multiplies doubles, in this order, and rounds the product half away from zero. 3.5 times 0.29 lots leaves
half a cent, and the binary product lies just below it: exact decimals would round it up, and a cent more or
less can decide about the next trade's volume. So these products, and nothing else, are made of floats; what
comes in and goes out is Decimal.
"""

import math
from decimal import Decimal

from functions.contract.account import Instrument
from functions.contract.scalars import Side

MONEY_DIGITS = 2


def ordered_lots(instrument: Instrument, lots: Decimal) -> float:
    """The volume of an order's deal, counted off in steps: 35 of 0.01 are 0.35000000000000003 lots.

    What the broker closes by itself, at a stop, is the position's own volume: float(lots).
    """
    step = float(instrument.volume_step_lots)
    return math.floor(float(lots) / step + 1e-6) * step


def profit(instrument: Instrument, side: Side, open_price: Decimal, price: Decimal, lots: float) -> Decimal:
    """What closing at a price gains, in the account's currency, before commission and swap."""
    gained = float(price) - float(open_price) if side == "buy" else float(open_price) - float(price)
    return _money(gained / float(instrument.tick_size) * float(instrument.tick_value) * lots)


def commission(per_lot: Decimal, lots: float) -> Decimal:
    """What one deal costs: negative, as brokers book it."""
    return -_money(float(per_lot) * lots)


def swap(per_lot: Decimal, lots: Decimal) -> Decimal:
    """What one night credits, or costs where it is negative."""
    return _money(float(per_lot) * float(lots))


def margin(instrument: Instrument, lots: Decimal, price: Decimal, leverage: int) -> Decimal:
    """What a position ties up."""
    worth = float(lots) * float(price) / float(instrument.tick_size) * float(instrument.tick_value)
    return _money(worth / float(leverage))


def _money(value: float) -> Decimal:
    """C++'s std::round to cents: exact halves of the double go away from zero."""
    scaled = value * 10.0**MONEY_DIGITS
    whole = math.trunc(scaled)
    if abs(scaled - whole) >= 0.5:
        whole += 1 if scaled > 0 else -1
    return Decimal(whole).scaleb(-MONEY_DIGITS)
