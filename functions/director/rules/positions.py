"""How many positions, and which beside which: reserved ones count, what the open reverses does not."""

from functions.director.rules.case import Case
from functions.market.symbols import currencies_of

# What one decision carries: the open itself, and a close for each position it reverses. Of more, the ledger
# closes all and the open is declined.
MAX_REVERSED = 99


def holdings_missing(case: Case) -> bool:
    """A limit is about all that the account holds, and that is not known."""
    return case.context.holdings is None and any(
        limit is not None
        for limit in (
            case.context.subscription.max_open_positions_strategy,
            case.limits.max_open_positions_currency,
            case.limits.max_open_positions_group,
            case.limits.max_net_exposure_currency,
            case.limits.max_margin_use,
        )
    )


def max_open_positions_account(case: Case) -> bool:
    """The account holds, or has reserved, as many positions as it may."""
    held = case.context.open_positions_account - len(case.leaving)
    return held >= case.limits.max_open_positions_account


def max_open_positions_symbol(case: Case) -> bool:
    """The account holds, or has reserved, as many positions of this symbol as it may."""
    held = case.context.open_positions_symbol - len(case.leaving)
    return held >= case.limits.max_open_positions_symbol


def max_open_positions_strategy(case: Case) -> bool:
    """The account holds, or has reserved, as many positions of this strategy as it may."""
    limit = case.context.subscription.max_open_positions_strategy
    return limit is not None and open_positions_strategy(case) >= limit


def max_open_positions_currency(case: Case) -> bool:
    """The account holds, or has reserved, as many positions in one of the symbol's currencies as it may."""
    limit = case.limits.max_open_positions_currency
    return limit is not None and open_positions_currency(case) >= limit


def max_open_positions_group(case: Case) -> bool:
    """The account holds, or has reserved, as many positions in a group of correlated symbols as it may."""
    limit = case.limits.max_open_positions_group
    return limit is not None and bool(case.context.groups) and open_positions_group(case) >= limit


def duplicate_position(case: Case) -> bool:
    """The strategy holds, or has reserved, a position on this side of the symbol, and one is enough."""
    return case.limits.allow_duplicates is False and bool(case.alike)


def opposite_position(case: Case) -> bool:
    """The strategy holds the other side of the symbol, which this account neither hedges nor can reverse."""
    if case.limits.opposite_positions == "ignore":
        return bool(case.opposite)
    return len(case.reversed) > MAX_REVERSED


def open_positions_strategy(case: Case) -> int:
    """How many positions of the signal's strategy there are, in all symbols."""
    return sum(one.strategy_id == case.signal.strategy_id for one in case.holdings)


def open_positions_currency(case: Case) -> int:
    """How many positions there are in that currency of the signal's symbol which has the most."""
    return max(
        sum(currency in currencies_of(one.symbol) for one in case.holdings)
        for currency in currencies_of(case.signal.symbol)
    )


def open_positions_group(case: Case) -> int:
    """How many positions there are in that group of the signal's symbol which has the most."""
    counts = (sum(one.symbol in group.symbols for one in case.holdings) for group in case.context.groups)
    return max(counts, default=0)
