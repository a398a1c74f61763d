"""When everybody has their turn after a bar: the demo and the backtest keep the same hours."""

from datetime import datetime, timedelta

from functions.contract.bar import Bar, closed_at

# After the close of a bar, as a scheduler would have it. The officers report what the bar has closed before
# the director decides: it changes the balance that trades are sized by. MARKET is also when a broker's first
# price after a closed market can be traded at.
FEED, GENERATOR, REPORTED, DIRECTOR, MARKET = (timedelta(seconds=each) for each in (1, 2, 20, 21, 22))

_SHARE_OF_A_BAR = 0.9


def follows_at_once(bar: Bar, following: Bar) -> bool:
    """Whether the second bar begins where the first one ended; else the market is closed in between."""
    return following.opened_at == closed_at(bar)


def turn_ends(bar: Bar, at: datetime) -> datetime:
    """Until when officers trade what they were told at a moment; then they rest until the bar closes."""
    return at + (closed_at(bar) - bar.opened_at) * _SHARE_OF_A_BAR
