"""What a price does to open positions: stops and targets that it meets, and margin that it uses up."""

from collections.abc import Collection, Iterable
from decimal import Decimal

from scripts.tools.backtest.engine.book import Book
from scripts.tools.backtest.engine.positions import CloseReason, Position
from scripts.tools.backtest.engine.quote import Quote

# What equity may fall to, in percent of the margin used, before the broker closes the worst position.
STOP_OUT_LEVEL = Decimal(50)


def hit(position: Position, worst: Decimal, best: Decimal) -> CloseReason | None:
    """What a position meets between two prices: the stop before the target."""
    towards = 1 if position.side == "buy" else -1
    if position.stop_loss is not None and (worst - position.stop_loss) * towards <= 0:
        return "stop_loss"
    if position.take_profit is not None and (best - position.take_profit) * towards >= 0:
        return "take_profit"
    return None


def met(positions: Iterable[Position], extreme: Quote) -> list[Position]:
    """Those whose stop losses lie before a price."""

    def price(one: Position) -> Decimal:
        return extreme.exit_price(one.side)

    return [one for one in positions if hit(one, price(one), price(one)) == "stop_loss"]


def stops_out(book: Book, extreme: Quote, leaving: Collection[Position]) -> bool:
    """Whether the broker closes more at that price, once some have left at their stops."""
    equity, margin = book.equity(extreme), book.margin()
    for one in leaving:
        at_stop = Quote(one.stop_loss, Decimal(0)) if one.stop_loss is not None else extreme
        equity += book.floating(one, at_stop) - book.floating(one, extreme)
        margin -= book.margin_of(one.volume_lots, one.open_price)
    return is_beyond(equity, margin)


def is_beyond(equity: Decimal, margin: Decimal) -> bool:
    """Whether equity has fallen below what the broker asks of it."""
    return margin > 0 and equity / margin * 100 < STOP_OUT_LEVEL
