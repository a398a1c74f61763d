"""What an account holds, and what became of it."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from functions.contract.scalars import Side

# expert: a directive closed it; end: the backtest's last bar did, where that is asked for.
CloseReason = Literal["expert", "stop_loss", "take_profit", "stop_out", "end"]


@dataclass(slots=True)
class Position:
    """An open position; the stops are those it has now, None where it has none.

    directive_no: of the directive that opened it. story_at, entry_price: of the signal that led to it, its
    created_at and the price it was for.
    commission, swap: booked so far. spread_cost, slippage_cost: what the fills were worse by, as money.
    """

    directive_no: int
    signal_id: UUID
    story_at: datetime
    entry_price: Decimal | None
    strategy_id: str
    symbol: str
    side: Side
    volume_lots: Decimal
    opened_at: datetime
    open_price: Decimal
    stop_loss: Decimal | None
    take_profit: Decimal | None
    commission: Decimal
    initial_stop_loss: Decimal | None = field(init=False)
    swap: Decimal = Decimal(0)
    spread_cost: Decimal = Decimal(0)
    slippage_cost: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        """The first stop is what the risk of the trade is measured by, wherever it is moved later."""
        self.initial_stop_loss = self.stop_loss


@dataclass(frozen=True, slots=True)
class Trade:
    """A position that was closed. Money in the account's currency; costs are negative, as brokers book them.

    profit: of the price alone. commission: of both deals; closing_commission: of the second alone.
    risk_amount: what the initial stop would have lost at the open price, None without a stop. spread_cost and
    slippage_cost are contained in the profit.
    """

    account_id: str
    strategy_id: str
    signal_id: UUID
    directive_no: int
    symbol: str
    side: Side
    volume_lots: Decimal
    opened_at: datetime
    open_price: Decimal
    stop_loss: Decimal | None
    take_profit: Decimal | None
    closed_at: datetime
    close_price: Decimal
    reason: CloseReason
    profit: Decimal
    commission: Decimal
    closing_commission: Decimal
    swap: Decimal
    spread_cost: Decimal
    slippage_cost: Decimal
    risk_amount: Decimal | None

    @property
    def net_profit(self) -> Decimal:
        """What the account gained by it."""
        return self.profit + self.commission + self.swap

    @property
    def r_multiple(self) -> Decimal | None:
        """The net profit in units of the initial risk (Van K. Tharp); None without a risk."""
        return self.net_profit / self.risk_amount if self.risk_amount else None
