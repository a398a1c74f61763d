"""Whether the signal's stops make sense, and whether a position they size can be ordered at all."""

from decimal import Decimal

from functions.contract.account import Instrument
from functions.director.rules.case import Case
from functions.director.sizing import of_points


def stop_loss_missing(case: Case) -> bool:
    """Without an entry and a stop there is no loss to size by."""
    return case.signal.entry_price is None or case.signal.stop_loss is None


def stops_on_wrong_side(case: Case) -> bool:
    """The stop belongs on the losing side of the entry, a target on the winning one; neither at the entry."""
    entry, stop, target = case.signal.entry_price, case.signal.stop_loss, case.signal.take_profit
    if entry is None or stop is None:
        return False
    towards_profit = 1 if case.signal.side == "buy" else -1
    target_is_wrong = target is not None and (target - entry) * towards_profit <= 0
    return (entry - stop) * towards_profit <= 0 or target_is_wrong


def stop_too_close(case: Case) -> bool:
    """The broker refuses stops and targets nearer to the price than its stops level."""
    entry, instrument = case.signal.entry_price, case.context.instrument
    if entry is None or instrument is None:
        return False
    levels = (case.signal.stop_loss, case.signal.take_profit)
    return any(level is not None and abs(level - entry) < stops_level(instrument) for level in levels)


def volume_below_minimum(case: Case) -> bool:
    """The risk allowed does not pay for the smallest order; a size is never rounded up to one."""
    sizing, instrument = case.sizing, case.context.instrument
    return sizing is None or instrument is None or sizing.volume_lots < instrument.volume_min_lots


def stops_level(instrument: Instrument) -> Decimal:
    """The nearest a stop may lie to the price, in the quote currency."""
    return of_points(instrument.stops_level_points, instrument.digits)
