"""MetaTrader's return codes, as far as a perfect broker gives them, and what an officer makes of them."""

from scripts.tools.demo.records import Deal, Outcome

DONE = 10009
INVALID_REQUEST = Outcome(10013, "Invalid request")
INVALID_VOLUME = Outcome(10014, "Invalid volume")
INVALID_STOPS = Outcome(10016, "Invalid stops")
MARKET_CLOSED = Outcome(10018, "Market is closed")
NO_MONEY = Outcome(10019, "There is not enough money to complete the request")
INVALID_ORDER = Outcome(10035, "Incorrect or prohibited order type")
POSITION_CLOSED = Outcome(10036, "Position with the specified identifier has already been closed")

# Success, and what passes by itself while the directive is still good; all else is final.
SUCCEEDED = frozenset({10008, 10009, 10010, 10025})
WAIT = frozenset({10017, 10018, 10024, 10026, 10027, 10028, 10029})


def done(deal: Deal | None) -> Outcome:
    """The broker's yes."""
    return Outcome(DONE, "Request executed", deal)
