"""What an officer sees at its broker: the account, its instruments, positions and pending orders."""

from typing import Annotated, Literal

from pydantic import Field

from functions.contract.base import Message
from functions.contract.scalars import (
    Boolean,
    Currency,
    DirectiveNo,
    Integer,
    PositiveDecimal,
    Side,
    SignedDecimal,
    Symbol,
    Ticket,
    Timestamp,
)


class AccountState(Message):
    """The money of one account, in its own currency, and what its broker allows."""

    balance: SignedDecimal
    equity: SignedDecimal
    margin: SignedDecimal
    free_margin: SignedDecimal
    currency: Currency
    leverage: Annotated[Integer, Field(ge=1, le=100_000)]
    hedging: Boolean
    trade_allowed: Boolean
    server_time_offset_seconds: Annotated[Integer, Field(ge=-86_400, le=86_400)]


class Instrument(Message):
    """The contract specification of one symbol, as the broker of one account gives it."""

    symbol: Symbol
    digits: Annotated[Integer, Field(ge=0, le=10)]
    tick_size: PositiveDecimal
    tick_value: PositiveDecimal
    contract_size: PositiveDecimal
    volume_min_lots: PositiveDecimal
    volume_max_lots: PositiveDecimal
    volume_step_lots: PositiveDecimal
    stops_level_points: Annotated[Integer, Field(ge=0, le=1_000_000)]


class BrokerPosition(Message):
    """One open position; `directive_no` is null if its magic number is not one of ours."""

    position_id: Ticket
    directive_no: DirectiveNo | None
    symbol: Symbol
    side: Side
    volume_lots: PositiveDecimal
    open_price: PositiveDecimal
    stop_loss: PositiveDecimal | None
    take_profit: PositiveDecimal | None
    profit: SignedDecimal
    swap: SignedDecimal
    opened_at: Timestamp


class BrokerOrder(Message):
    """One pending order; `directive_no` is null if its magic number is not one of ours."""

    order_ticket: Ticket
    directive_no: DirectiveNo | None
    symbol: Symbol
    side: Side
    order_type: Literal["limit", "stop"]
    volume_lots: PositiveDecimal
    price: PositiveDecimal
    placed_at: Timestamp
