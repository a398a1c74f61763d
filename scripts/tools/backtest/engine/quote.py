"""A quote: what the market pays and asks at one moment."""

from dataclasses import dataclass
from decimal import Decimal

from functions.contract.scalars import Side


@dataclass(frozen=True, slots=True)
class Quote:
    """Bars are of bids, and the ask lies a spread above; prices in the quote currency."""

    bid: Decimal
    spread: Decimal

    @property
    def ask(self) -> Decimal:
        """What buying costs."""
        return self.bid + self.spread

    def entry_price(self, side: Side) -> Decimal:
        """What a position of this side is opened at."""
        return self.ask if side == "buy" else self.bid

    def exit_price(self, side: Side) -> Decimal:
        """What a position of this side is closed at."""
        return self.bid if side == "buy" else self.ask
