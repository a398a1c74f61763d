"""Sync: an officer shows what the broker has, and learns where the ledger disagrees and what it wants."""

from typing import Annotated, Literal

from pydantic import Field

from functions.contract.account import AccountState, BrokerOrder, BrokerPosition, Instrument
from functions.contract.bar import WantedBars
from functions.contract.base import Message
from functions.contract.scalars import (
    DirectiveNo,
    DirectiveStatus,
    NonNegativeDecimal,
    Symbol,
    Ticket,
    Timestamp,
    Uuid,
)


class SyncRequest(Message):
    """The whole of the account: a position that is not listed is not open."""

    instance_id: Uuid
    account: AccountState
    instruments: Annotated[tuple[Instrument, ...], Field(max_length=200)]
    positions: Annotated[tuple[BrokerPosition, ...], Field(max_length=1_000)]
    orders: Annotated[tuple[BrokerOrder, ...], Field(max_length=1_000)]


class DirectiveIdentity(Message):
    """A directive's number, which the broker knows it by, and its id, which reports name it by."""

    directive_no: DirectiveNo
    directive_id: Uuid
    status: DirectiveStatus


class Discrepancy(Message):
    """One position on which ledger and broker disagree; volumes in lots, null where there is none."""

    kind: Literal["position_missing", "position_unknown", "volume_differs"]
    directive_no: DirectiveNo
    position_id: Ticket | None
    symbol: Symbol
    expected_volume_lots: NonNegativeDecimal | None
    actual_volume_lots: NonNegativeDecimal | None


class SyncAnswer(Message):
    """Every disagreement found (none: ledger and broker tell the same story), and the bars to be sent."""

    server_time: Timestamp
    directives: Annotated[tuple[DirectiveIdentity, ...], Field(max_length=4_000)]
    discrepancies: Annotated[tuple[Discrepancy, ...], Field(max_length=2_000)]
    wanted_bars: Annotated[tuple[WantedBars, ...], Field(max_length=1_000)]
