"""The rules an open must pass, each a small predicate whose name is the reason it declines with.

Only opens pass through here: a close or a change of stops never adds risk, so neither a halt nor a limit may
stand in its way.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from functions.contract.account import Instrument
from functions.contract.signal import Signal
from functions.director.context import AccountContext


@dataclass(frozen=True, slots=True)
class Case:
    """One signal before one account, at one moment."""

    signal: Signal
    context: AccountContext
    at: datetime


# True means: declined, and the function's name is the reason.
Rule = Callable[[Case], bool]


def first_broken(rules: Sequence[Rule], case: Case) -> str | None:
    """The name of the first rule the case breaks, in the order given; None if it passes them all."""
    return next((rule.__name__ for rule in rules if rule(case)), None)


def account_disabled(case: Case) -> bool:
    """The operator lets this account take no new risk."""
    return not case.context.enabled


def trading_halted(case: Case) -> bool:
    """A halt covers the account, the symbol, the strategy or everything."""
    return case.context.halted is not None


def signal_expired(case: Case) -> bool:
    """The generator's own deadline has come."""
    return case.at >= case.signal.expires_at


def signal_stale(case: Case) -> bool:
    """The signal is older than this account cares to follow, valid or not."""
    return case.at - case.signal.created_at > timedelta(seconds=case.context.limits.max_signal_age_seconds)


def strength_below_minimum(case: Case) -> bool:
    """The signal is weaker than this account asks for."""
    return case.signal.strength < case.context.limits.min_strength


def account_state_missing(case: Case) -> bool:
    """The officer has never reported: there is no equity to size by."""
    return case.context.state is None


def account_state_stale(case: Case) -> bool:
    """The officer has been silent: the equity is history and nobody may be there to trade."""
    state = case.context.state
    limit = timedelta(seconds=case.context.limits.max_state_age_seconds)
    return state is not None and case.at - state.reported_at > limit


def trade_not_allowed(case: Case) -> bool:
    """The broker or the terminal does not let this account trade."""
    state = case.context.state
    return state is not None and not state.trade_allowed


def instrument_unknown(case: Case) -> bool:
    """The broker has not told us this symbol's contract specification."""
    return case.context.instrument is None


def max_open_positions_account(case: Case) -> bool:
    """The account holds, or has reserved, as many positions as it may."""
    return case.context.open_positions_account >= case.context.limits.max_open_positions_account


def max_open_positions_symbol(case: Case) -> bool:
    """The account holds, or has reserved, as many positions of this symbol as it may."""
    return case.context.open_positions_symbol >= case.context.limits.max_open_positions_symbol


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


def stops_level(instrument: Instrument) -> Decimal:
    """The nearest a stop may lie to the price, in the quote currency; a point is the price's last digit."""
    return Decimal(instrument.stops_level_points).scaleb(-instrument.digits)


# What the operator and the clock forbid comes first, then what is not known, then what is too much, then what
# is wrong with the stops: the first reason is the one to do something about.
OPEN_RULES: Sequence[Rule] = (
    account_disabled,
    trading_halted,
    signal_expired,
    signal_stale,
    strength_below_minimum,
    account_state_missing,
    account_state_stale,
    trade_not_allowed,
    instrument_unknown,
    max_open_positions_account,
    max_open_positions_symbol,
    stop_loss_missing,
    stops_on_wrong_side,
    stop_too_close,
)

# New stops computed for a market of the past may be worse than the old ones; a close is right at any time.
MODIFY_RULES: Sequence[Rule] = (signal_expired,)
CLOSE_RULES: Sequence[Rule] = ()
