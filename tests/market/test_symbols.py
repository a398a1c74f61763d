"""However a pair is spelled, it is the same two currencies: another spelling evades no limit."""

import pytest

from functions.market.symbols import currencies_of


@pytest.mark.parametrize(
    "symbol",
    [
        "EURUSD",
        "EURUSD.pro",
        "EURUSDm",
        "eurusd",
        "EURusd",
        "mEURUSD",
        "1EURUSD",
        "FX_EURUSD",
        "EUR_USD",
        "EUR-USD.r",
        "EUR.USD",
        "EUR/USD",
        "fx.eur_usd",
    ],
)
def test_a_pair_is_known_by_its_currencies_however_it_is_spelled(symbol: str) -> None:
    assert currencies_of(symbol) == ("EUR", "USD")


@pytest.mark.parametrize(
    ("symbol", "currencies"),
    [
        ("XAUUSD", ("XAU", "USD")),
        ("xau_usd", ("XAU", "USD")),
        ("BTCUSD", ("BTC", "USD")),
        ("BTC-EUR", ("BTC", "EUR")),
        ("USDJPY", ("USD", "JPY")),
        ("GBPUSDCHF", ("GBP", "USD")),
    ],
)
def test_metals_and_crypto_currencies_are_quoted_as_pairs_too(
    symbol: str, currencies: tuple[str, ...]
) -> None:
    assert currencies_of(symbol) == currencies


@pytest.mark.parametrize("symbol", ["US500", "GER40", "SPX500_USD", "AAPL.US", "EUR", "A"])
def test_a_symbol_that_is_no_pair_is_its_own_in_any_spelling(symbol: str) -> None:
    assert currencies_of(symbol) == currencies_of(symbol.lower()) == (symbol,)
