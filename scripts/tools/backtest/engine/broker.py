"""The broker of one hedging account: what mql5/simulator/terminal/broker does, for market orders.

A bar is worst case first: its first price is the open, and stops that the price leapt over are filled there;
after that every position meets its stop loss, at its very price, before its take profit. Equity is held
against margin at the first price, at both extremes, which the simulator leaves out, and at the last price.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from functions.contract.account import Instrument
from functions.contract.bar import Bar
from functions.contract.scalars import Side
from scripts.tools.backtest.engine import stops
from scripts.tools.backtest.engine.book import Book
from scripts.tools.backtest.engine.nights import nights
from scripts.tools.backtest.engine.positions import CloseReason, Position
from scripts.tools.backtest.engine.quote import Quote
from scripts.tools.backtest.engine.setup import AccountSetup, Costs


@dataclass(frozen=True, slots=True)
class Order:
    """A market order to open, and the story that it belongs to."""

    directive_no: int
    signal_id: UUID
    story_at: datetime
    entry_price: Decimal | None
    strategy_id: str
    symbol: str
    side: Side
    volume_lots: Decimal
    stop_loss: Decimal | None
    take_profit: Decimal | None


class Broker:
    """One account at its broker. There is no quote before the first bar, and nothing to do with one."""

    def __init__(self, setup: AccountSetup, instrument: Instrument, costs: Costs) -> None:
        self.book = Book(setup, instrument, costs)
        self.quote: Quote | None = None
        self._offset = setup.server_time_offset_seconds
        self._instrument = instrument
        self._point = Decimal(1).scaleb(-instrument.digits)
        self._slippage = costs.slippage_points * self._point
        self._rolled_at: datetime | None = None

    def jump(self, bar: Bar, at: datetime) -> None:
        """The first price of a bar is there: who leapt over a stop or target is filled at it."""
        self._roll_over(bar.opened_at)
        self.quote = self._quote(bar, bar.open)
        for position in list(self.book.positions.values()):
            price = self.quote.exit_price(position.side)
            reason = stops.hit(position, price, price)
            if reason:
                slips = reason == "stop_loss"
                self._leave(position, price, reason, at, slips=slips)
        self._stop_out(at)

    def pass_inside(self, bar: Bar, at: datetime) -> None:
        """The rest of a bar: its extremes, in the order that hurts, since nobody knows it, and its close."""
        low, high = self._quote(bar, bar.low), self._quote(bar, bar.high)
        for extreme in (low, high):
            self._pass_extreme(extreme, at)
        for position in list(self.book.positions.values()):
            worst, best = (low, high) if position.side == "buy" else (high, low)
            reason = stops.hit(position, worst.exit_price(position.side), best.exit_price(position.side))
            level = position.stop_loss if reason == "stop_loss" else position.take_profit
            if reason and level is not None:
                self._leave(position, level, reason, at, slips=reason == "stop_loss")
        self.quote = self._quote(bar, bar.close)
        self._stop_out(at)

    def open(self, order: Order, at: datetime) -> str | None:
        """Fill a market order; if it is refused, the code that the officer would report it with."""
        quote = self._known()
        refusal = self._refusal(order, quote)
        if refusal:
            return refusal
        slip = self._slippage if order.side == "buy" else -self._slippage
        position = Position(
            directive_no=order.directive_no,
            signal_id=order.signal_id,
            story_at=order.story_at,
            entry_price=order.entry_price,
            strategy_id=order.strategy_id,
            symbol=order.symbol,
            side=order.side,
            volume_lots=order.volume_lots,
            opened_at=at,
            open_price=quote.entry_price(order.side) + slip,
            stop_loss=order.stop_loss,
            take_profit=order.take_profit,
            commission=self.book.commission(self.book.ordered(order.volume_lots)),
        )
        self._cost(position, quote, slips=True, buys=order.side == "buy")
        self.book.enter(position)
        return None

    def close(self, directive_no: int, at: datetime, reason: CloseReason = "expert") -> None:
        """Close a position at the market."""
        position = self.book.positions[directive_no]
        self._leave(position, self._known().exit_price(position.side), reason, at, slips=True)

    def modify(self, directive_no: int, stop_loss: Decimal | None, take_profit: Decimal | None) -> str | None:
        """Move a position's stops, None leaving one as it is; if that is refused, the code for it."""
        position = self.book.positions[directive_no]
        price = self._known().exit_price(position.side)
        wanted = stop_loss or position.stop_loss, take_profit or position.take_profit
        if wanted == (position.stop_loss, position.take_profit):
            return None
        refusal = self._stops_fault(position.side, price, *wanted)
        if refusal is None:
            position.stop_loss, position.take_profit = wanted
        return refusal

    def _refusal(self, order: Order, quote: Quote) -> str | None:
        # A position is closed on the other side of the spread: stops are measured from there.
        price = quote.exit_price(order.side)
        fault = self._stops_fault(order.side, price, order.stop_loss, order.take_profit)
        if fault:
            return fault
        free = self.book.equity(quote) - self.book.margin()
        return "no_money" if self.book.margin_of(order.volume_lots, quote.ask) > free else None

    def _stops_fault(
        self, side: Side, price: Decimal, stop_loss: Decimal | None, take_profit: Decimal | None
    ) -> str | None:
        level = self._instrument.stops_level_points * self._point
        towards = 1 if side == "buy" else -1
        for code, stop, room in (
            ("stop_loss_too_close", stop_loss, stop_loss and (price - stop_loss) * towards),
            ("take_profit_too_close", take_profit, take_profit and (take_profit - price) * towards),
        ):
            if stop is not None and room is not None and (room < level or room <= 0):
                return code if room < level else "invalid_stops"
        return None

    def _leave(
        self, position: Position, price: Decimal, reason: CloseReason, at: datetime, *, slips: bool
    ) -> None:
        slip = self._slippage if slips else Decimal(0)
        self._cost(position, self._known(), slips=slips, buys=position.side == "sell")
        self.book.leave(position, price - slip if position.side == "buy" else price + slip, reason, at)

    def _cost(self, position: Position, quote: Quote, *, slips: bool, buys: bool) -> None:
        """Note what the deal costs by being a deal: whoever buys pays the spread, once per trade."""
        if buys:
            position.spread_cost -= self.book.worth(quote.spread, position.volume_lots)
        if slips:
            position.slippage_cost -= self.book.worth(self._slippage, position.volume_lots)

    def _pass_extreme(self, extreme: Quote, at: datetime) -> None:
        """Stop out what does not outlive a price: after the stop losses before it, and before any target."""
        met = stops.met(self.book.positions.values(), extreme)
        if not stops.stops_out(self.book, extreme, met):
            return
        self.quote = extreme
        for position in met:
            if position.stop_loss is not None:
                self._leave(position, position.stop_loss, "stop_loss", at, slips=True)
        self._stop_out(at)

    def _stop_out(self, at: datetime) -> None:
        quote = self._known()
        while self.book.positions:
            if not stops.is_beyond(self.book.equity(quote), self.book.margin()):
                return
            worst = min(self.book.positions.values(), key=lambda one: self.book.floating(one, quote))
            self._leave(worst, quote.exit_price(worst.side), "stop_out", at, slips=True)

    def _roll_over(self, opened_at: datetime) -> None:
        passed = nights(self._rolled_at, opened_at, self._offset) if self._rolled_at else 0
        self.book.pass_nights(passed)
        self._rolled_at = opened_at

    def _quote(self, bar: Bar, bid: Decimal) -> Quote:
        return Quote(bid, bar.spread_points * self._point)

    def _known(self) -> Quote:
        if self.quote is None:
            raise ValueError("there is no price yet")
        return self.quote
