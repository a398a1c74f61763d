"""What a symbol is made of, however it is spelled: EURUSD, EUR_USD, eurusd, EURUSD.r. Pure."""

import re
from typing import Final

METALS: Final = frozenset({"XAU", "XAG"})
CURRENCIES: Final = frozenset(
    re.findall(
        "[A-Z]{3}",
        "AUD CAD CHF CNH CNY CZK DKK EUR GBP HKD HUF ILS INR JPY KRW"
        " MXN NOK NZD PLN RON RUB SEK SGD THB TRY TWD USD ZAR",
    )
)
_KNOWN: Final = "|".join(sorted(METALS | CURRENCIES))
# Names of the ledger have no slash; providers' names do.
_SIGN: Final = "[._/#+-]?"
# Two known currencies or metals side by side, wherever in the name.
KNOWN_PAIR: Final = re.compile(f"({_KNOWN}){_SIGN}({_KNOWN})", re.IGNORECASE)
_PAIR: Final = re.compile(f"([A-Z]{{3}}){_SIGN}([A-Z]{{3}})", re.IGNORECASE)


def currencies_of(symbol: str) -> tuple[str, ...]:
    """Both currencies of a pair, base first, in capitals; a symbol that is none counts as one of its own.

    Six letters that a name begins with are a pair too, for crypto-currencies are quoted as pairs and no list
    has them all. A sign may stand between the two, and brokers write what they like before and after them.
    """
    pair = KNOWN_PAIR.search(symbol) or _PAIR.match(symbol)
    return (pair[1].upper(), pair[2].upper()) if pair else (symbol.upper(),)
