"""What the account would stand to own, owe and have tied up: net exposure by currency, and margin.

Everything is in the account's currency, converted by what its broker reports: a price that moves by one tick
changes one lot by the tick's value, so a lot at a price is worth price / tick size * tick value.
"""

from collections.abc import Iterable
from decimal import Decimal, localcontext

from functions.director.context import Holding
from functions.director.rules.case import Case
from functions.director.sizing import EXACT_DIGITS, share
from functions.market.symbols import currencies_of


def holding_unpriced(case: Case) -> bool:
    """A limit is about money, and for something the account holds there is no price or no specification."""
    limited = (case.limits.max_net_exposure_currency, case.limits.max_margin_use) != (None, None)
    return limited and any(
        None in (holding.price, holding.tick_size, holding.tick_value) for holding in case.holdings
    )


def max_net_exposure_currency(case: Case) -> bool:
    """One of the symbol's currencies would be held or owed beyond what the equity may carry."""
    limit, state, largest = case.limits.max_net_exposure_currency, case.context.state, net_exposure(case)
    if limit is None or state is None or largest is None:
        return False
    # copy_abs, for abs rounds to the digits of the surrounding context.
    return largest[1].copy_abs() > share(limit, state.equity)


def max_margin_use(case: Case) -> bool:
    """Margin would take more of the equity than it may."""
    limit, state, used = case.limits.max_margin_use, case.context.state, margin_after(case)
    if limit is None or state is None or used is None:
        return False
    return used > share(limit, state.equity)


def net_exposure(case: Case) -> tuple[str, Decimal] | None:
    """The symbol's currency of the largest net exposure after the open, and how much; below zero is owed."""
    proposed = _proposed(case)
    if proposed is None:
        return None
    with localcontext(prec=EXACT_DIGITS):
        after = {
            currency: _net(currency, (*case.holdings, proposed))
            for currency in currencies_of(proposed.symbol)
        }
    # The first of equals: a dict keeps its order.
    return max(after.items(), key=lambda item: item[1].copy_abs())


def margin_after(case: Case) -> Decimal | None:
    """Margin in use after the open: what the officer reported, what that report cannot know yet, and its own.

    A position ties up its value divided by the account's leverage, as MetaTrader 5 computes the margin of a
    currency pair; instruments with margin rates of their own are judged by the same measure.
    """
    proposed, state = _proposed(case), case.context.state
    if proposed is None or state is None:
        return None
    unreported = [
        holding
        for holding in case.holdings
        if holding.state == "reserved" or holding.changed_at > state.reported_at
    ]
    with localcontext(prec=EXACT_DIGITS):
        value = sum((notional(holding) for holding in (*unreported, proposed)), Decimal(0))
        return state.margin + value / state.leverage


def notional(holding: Holding) -> Decimal:
    """What a position is worth at its price, in the account's currency; zero if that is not known."""
    if holding.price is None or holding.tick_size is None or holding.tick_value is None:
        return Decimal(0)
    with localcontext(prec=EXACT_DIGITS):
        return holding.volume_lots * holding.price * holding.tick_value / holding.tick_size


def _net(currency: str, holdings: Iterable[Holding]) -> Decimal:
    """Who buys a pair holds its base currency and owes its quote currency for it."""
    net = Decimal(0)
    for holding in holdings:
        currencies = currencies_of(holding.symbol)
        if currency in currencies:
            bought = (holding.side == "buy") == (currency == currencies[0])
            net += notional(holding) if bought else -notional(holding)
    return net


def _proposed(case: Case) -> Holding | None:
    """The open as if it were held already; None while its size is not known or nothing."""
    sizing, instrument, signal = case.sizing, case.context.instrument, case.signal
    if sizing is None or instrument is None or signal.side is None or not sizing.volume_lots:
        return None
    return Holding.model_construct(
        directive_no=0,
        strategy_id=signal.strategy_id,
        symbol=signal.symbol,
        side=signal.side,
        volume_lots=sizing.volume_lots,
        price=signal.entry_price,
        tick_size=instrument.tick_size,
        tick_value=instrument.tick_value,
        state="reserved",
        changed_at=case.at,
    )
