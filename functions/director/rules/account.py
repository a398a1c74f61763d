"""Whether the account may open anything now: switches, halts, what it asks of a signal, what is known."""

from datetime import timedelta

from functions.director.rules.case import Case


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
    return case.at - case.signal.created_at > timedelta(seconds=case.limits.max_signal_age_seconds)


def strength_below_minimum(case: Case) -> bool:
    """The signal is weaker than this account asks for."""
    return case.signal.strength < case.limits.min_strength


def account_state_missing(case: Case) -> bool:
    """The officer has never reported: there is no equity to size by."""
    return case.context.state is None


def account_state_stale(case: Case) -> bool:
    """The officer has been silent: the equity is history and nobody may be there to trade."""
    state = case.context.state
    limit = timedelta(seconds=case.limits.max_state_age_seconds)
    return state is not None and case.at - state.reported_at > limit


def trade_not_allowed(case: Case) -> bool:
    """The broker or the terminal does not let this account trade."""
    state = case.context.state
    return state is not None and not state.trade_allowed


def instrument_unknown(case: Case) -> bool:
    """The broker has not told us this symbol's contract specification."""
    return case.context.instrument is None
