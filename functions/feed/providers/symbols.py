"""What providers call the ledger's symbols."""

import re
from collections.abc import Mapping

from functions.feed.providers.base import ProviderError

_PAIR = re.compile(r"([A-Z]{3})([A-Z]{3})")


def provider_symbol(symbol: str, separator: str, mapped: Mapping[str, str]) -> str:
    """The provider's name of a symbol: the one mapped to it, else of a pair like EURUSD its two halves.

    Raises ProviderError provider_symbol_unknown where neither says it.
    """
    if symbol in mapped:
        return mapped[symbol]
    pair = _PAIR.fullmatch(symbol)
    if pair is None:
        raise ProviderError(
            "provider_symbol_unknown",
            f"What the provider calls {symbol} is not known; name it in DISTORT_FEED_SYMBOLS.",
        )
    return separator.join(pair.groups())
