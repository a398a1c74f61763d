"""A simulated broker of one hedging account in one symbol. Deterministic: the same calls give the same deals.

It is a perfect broker: it answers at once and loses nothing. Prices are the bars' own: a market order gets
the first price after the bar it was decided on, stops are hit inside later bars, and when a bar could have
hit both stop loss and take profit, it hit the stop loss. Swap is zero; the account is in the quote currency.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import count

from functions.contract.account import AccountState, Instrument
from functions.contract.bar import Bar, closed_at
from functions.contract.scalars import Side
from scripts.tools.demo import retcodes
from scripts.tools.demo.records import Cause, Deal, Entry, Order, Outcome, Position, Quote, opposite
from scripts.tools.demo.stops import hit

_CENT = Decimal("0.01")
_FIRST_ORDER, _FIRST_DEAL = 5_000_001, 7_000_001


class Broker:
    """One account at the broker: its positions, and every order and deal it ever had.

    commission_per_lot: charged for every deal, in the account's currency.
    """

    def __init__(
        self,
        instrument: Instrument,
        *,
        currency: str,
        balance: Decimal,
        leverage: int,
        commission_per_lot: Decimal,
    ) -> None:
        self.instrument = instrument
        self.currency = currency
        self.balance = balance
        self.leverage = leverage
        self.positions: dict[int, Position] = {}
        self.orders: list[Order] = []
        self.deals: list[Deal] = []
        self._commission_per_lot = commission_per_lot
        self._quote: Quote | None = None
        self._market_open = False
        self._order_tickets = count(_FIRST_ORDER)
        self._deal_tickets = count(_FIRST_DEAL)

    # --- time passes ------------------------------------------------------------------------------

    def pass_bar(self, bar: Bar) -> list[Deal]:
        """Live through a whole bar: the deals of the stops it hit, the oldest position first."""
        spread = self._spread(bar)
        deals = []
        for position in list(self.positions.values()):
            found = hit(position, bar, spread)
            if found:
                at = bar.opened_at if found.at_open else closed_at(bar)
                deals.append(self._deal_out(position, found.price, found.cause, position.magic, None, at))
        self._set_quote(bar.close, spread)
        return deals

    def open_market(self, bar: Bar) -> None:
        """The first price of a bar is there, and can be traded at."""
        self._set_quote(bar.open, self._spread(bar))
        self._market_open = True

    def close_market(self) -> None:
        """No bar follows on the last one: nobody trades until `open_market`."""
        self._market_open = False

    # --- requests ---------------------------------------------------------------------------------

    def open_position(
        self,
        *,
        magic: int,
        side: Side,
        volume_lots: Decimal,
        stop_loss: Decimal | None,
        take_profit: Decimal | None,
        comment: str,
        at: datetime,
    ) -> Outcome:
        """Open at the market."""
        quote = self._tradable()
        if quote is None:
            return retcodes.MARKET_CLOSED
        refused = self._refused_open(quote, side, volume_lots, stop_loss, take_profit)
        if refused:
            return refused
        price = quote.entry(side)
        order = self._order(magic, side, volume_lots, "in", "expert", None, comment, at)
        self.positions[order.position_id] = Position(
            order.position_id, magic, side, volume_lots, price, stop_loss, take_profit, at
        )
        return retcodes.done(self._deal(order, magic, price, Decimal(0)))

    def close_position(
        self, position_id: int, *, magic: int, volume_lots: Decimal | None, comment: str, at: datetime
    ) -> Outcome:
        """Close at the market, all of the position if no volume is given."""
        position, quote = self.positions.get(position_id), self._tradable()
        if position is None:
            return retcodes.POSITION_CLOSED
        if quote is None:
            return retcodes.MARKET_CLOSED
        if volume_lots is not None and not self._fits(volume_lots, position.volume_lots):
            return retcodes.INVALID_VOLUME
        price = quote.exit(position.side)
        return retcodes.done(self._deal_out(position, price, "expert", magic, volume_lots, at, comment))

    def modify_position(
        self, position_id: int, *, stop_loss: Decimal | None, take_profit: Decimal | None
    ) -> Outcome:
        """Give a position other stops; None leaves one as it is."""
        position, quote = self.positions.get(position_id), self._tradable()
        if position is None:
            return retcodes.POSITION_CLOSED
        if quote is None:
            return retcodes.MARKET_CLOSED
        stop_loss = position.stop_loss if stop_loss is None else stop_loss
        take_profit = position.take_profit if take_profit is None else take_profit
        if not self._stops_fit(quote.exit(position.side), position.side, stop_loss, take_profit):
            return retcodes.INVALID_STOPS
        position.stop_loss, position.take_profit = stop_loss, take_profit
        return retcodes.done(None)

    # --- what the account looks like --------------------------------------------------------------

    def state(self) -> AccountState:
        """The account as its terminal shows it."""
        equity = self.balance + sum(map(self.floating_profit, self.positions.values()))
        margin = sum((self._margin(p.volume_lots, p.open_price) for p in self.positions.values()), Decimal(0))
        return AccountState(
            balance=self.balance,
            equity=equity,
            margin=margin,
            free_margin=equity - margin,
            currency=self.currency,
            leverage=self.leverage,
            hedging=True,
            trade_allowed=True,
            server_time_offset_seconds=0,
        )

    def floating_profit(self, position: Position) -> Decimal:
        """What closing a position at the present price would bring, without commission."""
        if self._quote is None:
            return Decimal(0)
        return self._profit(position, self._quote.exit(position.side), position.volume_lots)

    def found_with(self, magic: int) -> list[Deal]:
        """The deals of the orders with this magic number: what an officer looks for when it is unsure."""
        return [deal for deal in self.deals if deal.magic == magic and deal.cause == "expert"]

    def position_of(self, magic: int) -> Position | None:
        """The open position that an order with this magic number opened."""
        return next((p for p in self.positions.values() if p.magic == magic), None)

    # --- helpers ----------------------------------------------------------------------------------

    def _set_quote(self, bid: Decimal, spread: Decimal) -> None:
        self._quote = Quote(bid, bid + spread)

    def _spread(self, bar: Bar) -> Decimal:
        return Decimal(bar.spread_points).scaleb(-self.instrument.digits)

    def _tradable(self) -> Quote | None:
        return self._quote if self._market_open else None

    def _refused_open(
        self,
        quote: Quote,
        side: Side,
        volume_lots: Decimal,
        stop_loss: Decimal | None,
        take_profit: Decimal | None,
    ) -> Outcome | None:
        if not self._fits(volume_lots, self.instrument.volume_max_lots):
            return retcodes.INVALID_VOLUME
        if not self._stops_fit(quote.exit(side), side, stop_loss, take_profit):
            return retcodes.INVALID_STOPS
        if self._margin(volume_lots, quote.entry(side)) > self.state().free_margin:
            return retcodes.NO_MONEY
        return None

    def _fits(self, volume_lots: Decimal, largest: Decimal) -> bool:
        smallest, step = self.instrument.volume_min_lots, self.instrument.volume_step_lots
        return smallest <= volume_lots <= largest and volume_lots % step == 0

    def _stops_fit(
        self, price: Decimal, side: Side, stop_loss: Decimal | None, take_profit: Decimal | None
    ) -> bool:
        """Whether both lie on their side of the price that would close, at least the stops level away."""
        towards_profit = 1 if side == "buy" else -1
        level = Decimal(self.instrument.stops_level_points).scaleb(-self.instrument.digits)
        room = [(price - stop) * towards_profit for stop in _given(stop_loss)]
        room += [(target - price) * towards_profit for target in _given(take_profit)]
        return all(distance > 0 and distance >= level for distance in room)

    def _margin(self, volume_lots: Decimal, price: Decimal) -> Decimal:
        return _cents(volume_lots * self.instrument.contract_size * price / self.leverage)

    def _profit(self, position: Position, price: Decimal, volume_lots: Decimal) -> Decimal:
        gained = price - position.open_price if position.side == "buy" else position.open_price - price
        return _cents(gained / self.instrument.tick_size * self.instrument.tick_value * volume_lots)

    def _deal_out(
        self,
        position: Position,
        price: Decimal,
        cause: Cause,
        magic: int,
        volume_lots: Decimal | None,
        at: datetime,
        comment: str = "",
    ) -> Deal:
        volume = position.volume_lots if volume_lots is None else volume_lots
        side = opposite(position.side)
        order = self._order(magic, side, volume, "out", cause, position.position_id, comment, at)
        profit = self._profit(position, price, volume)
        position.volume_lots -= volume
        if not position.volume_lots:
            del self.positions[position.position_id]
        return self._deal(order, position.magic, price, profit)

    def _order(
        self,
        magic: int,
        side: Side,
        volume_lots: Decimal,
        entry: Entry,
        cause: Cause,
        position_id: int | None,
        comment: str,
        at: datetime,
    ) -> Order:
        ticket = next(self._order_tickets)
        order = Order(ticket, magic, side, volume_lots, entry, cause, position_id or ticket, comment, at)
        self.orders.append(order)
        return order

    def _deal(self, order: Order, position_magic: int, price: Decimal, profit: Decimal) -> Deal:
        deal = Deal(
            deal_ticket=next(self._deal_tickets),
            order_ticket=order.order_ticket,
            position_id=order.position_id,
            magic=order.magic,
            position_magic=position_magic,
            entry=order.entry,
            cause=order.cause,
            volume_lots=order.volume_lots,
            price=price,
            commission=-_cents(self._commission_per_lot * order.volume_lots),
            swap=Decimal(0),
            profit=profit,
            dealt_at=order.placed_at,
        )
        self.deals.append(deal)
        self.balance += deal.profit + deal.commission + deal.swap
        return deal


def _given(price: Decimal | None) -> Iterable[Decimal]:
    return () if price is None else (price,)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, rounding=ROUND_HALF_EVEN)
