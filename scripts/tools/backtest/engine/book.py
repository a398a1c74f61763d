"""The account book: balance, open positions and finished trades of one account."""

from datetime import datetime
from decimal import Decimal

from functions.contract.account import Instrument
from scripts.tools.backtest.engine import arithmetic
from scripts.tools.backtest.engine.positions import CloseReason, Position, Trade
from scripts.tools.backtest.engine.quote import Quote
from scripts.tools.backtest.engine.setup import AccountSetup, Costs


class Book:
    """Money moves here and nowhere else; every amount is booked in whole cents.

    positions: by the number of the directive that opened them, so in the order of their tickets.
    """

    def __init__(self, setup: AccountSetup, instrument: Instrument, costs: Costs) -> None:
        self.setup = setup
        self.balance = setup.balance
        self.positions: dict[int, Position] = {}
        self.trades: list[Trade] = []
        self._instrument = instrument
        self._costs = costs

    def enter(self, position: Position) -> None:
        """Book an opened position and the commission of its deal."""
        self.positions[position.directive_no] = position
        self.balance += position.commission

    def commission(self, lots: float) -> Decimal:
        """What a deal costs."""
        return arithmetic.commission(self._costs.commission_per_lot, lots)

    def ordered(self, lots: Decimal) -> float:
        """The volume of the deal that an order of so many lots comes to."""
        return arithmetic.ordered_lots(self._instrument, lots)

    def leave(self, position: Position, price: Decimal, reason: CloseReason, at: datetime) -> None:
        """Book the close of a whole position."""
        ordered = reason in ("expert", "end")
        lots = self.ordered(position.volume_lots) if ordered else float(position.volume_lots)
        profit = arithmetic.profit(self._instrument, position.side, position.open_price, price, lots)
        commission = self.commission(lots)
        self.balance += profit + position.swap + commission
        del self.positions[position.directive_no]
        self.trades.append(
            Trade(
                account_id=self.setup.account_id,
                strategy_id=position.strategy_id,
                signal_id=position.signal_id,
                directive_no=position.directive_no,
                symbol=position.symbol,
                side=position.side,
                volume_lots=position.volume_lots,
                opened_at=position.opened_at,
                open_price=position.open_price,
                stop_loss=position.stop_loss,
                take_profit=position.take_profit,
                closed_at=at,
                close_price=price,
                reason=reason,
                profit=profit,
                commission=position.commission + commission,
                closing_commission=commission,
                swap=position.swap,
                spread_cost=position.spread_cost,
                slippage_cost=position.slippage_cost,
                risk_amount=self._risk_of(position),
            )
        )

    def pass_nights(self, nights: int) -> None:
        """Credit or charge swap for so many nights to all that is open."""
        for position in self.positions.values() if nights else ():
            long = position.side == "buy"
            per_lot = self._costs.swap_long_per_lot if long else self._costs.swap_short_per_lot
            position.swap += nights * arithmetic.swap(per_lot, position.volume_lots)

    def floating(self, position: Position, quote: Quote) -> Decimal:
        """What closing a position at the quote would gain, before commission and swap."""
        price, lots = quote.exit_price(position.side), float(position.volume_lots)
        return arithmetic.profit(self._instrument, position.side, position.open_price, price, lots)

    def equity(self, quote: Quote) -> Decimal:
        """The balance, and what all positions are worth at the quote."""
        held = self.positions.values()
        return self.balance + sum((self.floating(one, quote) + one.swap for one in held), Decimal(0))

    def margin(self) -> Decimal:
        """What the open positions tie up."""
        held = self.positions.values()
        return sum((self.margin_of(one.volume_lots, one.open_price) for one in held), Decimal(0))

    def margin_of(self, lots: Decimal, price: Decimal) -> Decimal:
        """What a position of so many lots at a price ties up."""
        return arithmetic.margin(self._instrument, lots, price, self.setup.leverage)

    def worth(self, distance: Decimal, lots: Decimal) -> Decimal:
        """What a distance of the price is worth as money, unrounded."""
        return distance / self._instrument.tick_size * self._instrument.tick_value * lots

    def _risk_of(self, position: Position) -> Decimal | None:
        stop = position.initial_stop_loss
        return (
            None
            if stop is None
            else self.worth(abs(position.open_price - stop), position.volume_lots) or None
        )
