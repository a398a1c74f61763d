"""What a rule judges: one signal before one account, and what follows from the two."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from functions.contract.signal import Signal
from functions.director.context import AccountContext, Exposure, Holding, Limits
from functions.director.sizing import Sizing, of_points, size


@dataclass(frozen=True)
class Case:
    """One signal before one account, at one moment."""

    signal: Signal
    context: AccountContext
    at: datetime

    @property
    def limits(self) -> Limits:
        """The account's limits."""
        return self.context.limits

    @cached_property
    def opening_price(self) -> Decimal | None:
        """What the position will be opened at, as far as is known.

        Prices of signals are bids, and stops of bought positions are met by the bid: who buys loses the
        spread besides. A position that is sold is opened at the bid, and its stop is where the ask meets it.
        """
        entry, spread, instrument = (
            self.signal.entry_price,
            self.context.spread_points,
            self.context.instrument,
        )
        if entry is None or spread is None or instrument is None or self.signal.side != "buy":
            return entry
        return entry + of_points(spread, instrument.digits)

    @cached_property
    def sizing(self) -> Sizing | None:
        """The size, if everything it takes is known; of a declined open too, so that the record shows it."""
        state, instrument = self.context.state, self.context.instrument
        price, stop_loss = self.opening_price, self.signal.stop_loss
        if state is None or instrument is None or price is None or stop_loss is None or price == stop_loss:
            return None
        subscription = self.context.subscription
        return size(
            equity=state.equity,
            allocation=subscription.allocation,
            risk_per_trade=self.limits.risk_per_trade,
            risk_multiplier=subscription.risk_multiplier,
            entry_price=price,
            stop_loss=stop_loss,
            tick_size=instrument.tick_size,
            tick_value=instrument.tick_value,
            volume_step_lots=instrument.volume_step_lots,
            volume_max_lots=min(self.limits.volume_max_lots, instrument.volume_max_lots),
        )

    @cached_property
    def opposite(self) -> tuple[Exposure, ...]:
        """What the strategy holds, or has reserved, on the other side of its symbol and is not closing."""
        return tuple(exposure for exposure in self._own if exposure.side != self.signal.side)

    @cached_property
    def alike(self) -> tuple[Exposure, ...]:
        """What the strategy holds, or has reserved, on the signal's side of its symbol and is not closing."""
        return tuple(exposure for exposure in self._own if exposure.side == self.signal.side)

    @cached_property
    def reversed(self) -> tuple[Exposure, ...]:
        """The positions that this open closes first, oldest first; what is only reserved cannot be closed."""
        return tuple(exposure for exposure in self.leaving if exposure.state == "open")

    @cached_property
    def leaving(self) -> tuple[Exposure, ...]:
        """What will be gone before this open: the positions it closes first, and opposite opens on their way.

        The ledger withdraws those that no officer has taken, and has the signal wait for those that one has.
        """
        if self.signal.action != "open" or self.limits.opposite_positions != "reverse":
            return ()
        return self.opposite

    @cached_property
    def holdings(self) -> tuple[Holding, ...]:
        """What the account will hold besides this open: everything but what it reverses."""
        leaving = {exposure.directive_no for exposure in self.leaving}
        return tuple(one for one in self.context.holdings or () if one.directive_no not in leaving)

    @cached_property
    def _own(self) -> Sequence[Exposure]:
        own = (self.signal.strategy_id, self.signal.symbol)
        found = (e for e in self.context.exposures if (e.strategy_id, e.symbol) == own and not e.closing)
        return sorted(found, key=lambda exposure: exposure.directive_no)


# True means: declined, and the function's name is the reason.
Rule = Callable[[Case], bool]


def first_broken(rules: Sequence[Rule], case: Case) -> str | None:
    """The name of the first rule the case breaks, in the order given; None if it passes them all."""
    return next((rule.__name__ for rule in rules if rule(case)), None)
