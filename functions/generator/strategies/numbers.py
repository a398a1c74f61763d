"""The border between the ledger's decimals and TA-Lib's float64 arrays."""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Literal

from functions.contract.bar import Bar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def floats(bars: Sequence[Bar], price: Literal["open", "high", "low", "close"]) -> "NDArray[np.float64]":
    """One price of every bar as float64, the only form TA-Lib takes."""
    import numpy as np

    return np.array([float(getattr(bar, price)) for bar in bars], dtype=np.float64)


def rounded(value: Decimal | float, digits: int) -> Decimal:
    """The decimal with that many digits nearest to the value, ties to even."""
    exact = value if isinstance(value, Decimal) else Decimal(float(value))
    return exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN)


def digits_of(bars: Sequence[Bar]) -> int:
    """How many decimals the symbol is quoted with, taken from the closes themselves.

    The generator knows no broker's contract specification, and one strategy runs on symbols of different
    digits. Trailing zeros are trimmed from single prices, so the most decimals over the whole window count.
    """
    return max(_decimals(bar.close) for bar in bars)


def _decimals(price: Decimal) -> int:
    exponent = price.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
