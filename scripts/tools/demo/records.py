"""What a broker keeps of an account, as the officer's process tells it: orders, deals, positions, money."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from functions.contract.scalars import Side

Entry = Literal["in", "out"]
Cause = Literal["expert", "stop_loss", "take_profit", "stop_out", "client"]

_MAGIC_PREFIX = 0x4453 << 40
_DIRECTIVE_NO = 2**40 - 1


def magic_of(directive_no: int) -> int:
    """The magic number that names a directive at the broker."""
    return _MAGIC_PREFIX | directive_no


def directive_no_of(magic: int) -> int | None:
    """The directive that a magic number names, None if it is not one of ours."""
    return magic & _DIRECTIVE_NO if magic & ~_DIRECTIVE_NO == _MAGIC_PREFIX else None


@dataclass(frozen=True, slots=True)
class Position:
    """An open position; `position_id` is the ticket of the order that opened it."""

    position_id: int
    magic: int
    side: Side
    volume_lots: Decimal
    open_price: Decimal


@dataclass(frozen=True, slots=True)
class Order:
    """An order the broker accepted; `side` is that of the order itself, `cause` who placed it."""

    order_ticket: int
    magic: int
    side: Side
    volume_lots: Decimal
    cause: Cause
    position_id: int
    comment: str
    placed_at: datetime

    @property
    def opens(self) -> bool:
        """Whether it opened a position; else it closed one."""
        return self.order_ticket == self.position_id


@dataclass(frozen=True, slots=True)
class Deal:
    """What an order came to; money in the account's currency, `magic` that of the order."""

    deal_ticket: int
    order_ticket: int
    position_id: int
    magic: int
    entry: Entry
    cause: Cause
    volume_lots: Decimal
    price: Decimal
    commission: Decimal
    swap: Decimal
    profit: Decimal
    dealt_at: datetime


@dataclass(slots=True)
class Account:
    """An account at the broker: its money, its positions, and every order and deal it ever had."""

    currency: str
    balance: Decimal
    equity: Decimal
    orders: list[Order]
    deals: list[Deal]
    positions: list[Position]

    def position_of(self, magic: int) -> Position | None:
        """The open position that an order with this magic number opened."""
        return next((position for position in self.positions if position.magic == magic), None)


def account_of(document: Mapping[str, Any]) -> Account:
    """An account as the simulated broker writes it."""
    return Account(
        currency=document["currency"],
        balance=Decimal(document["balance"]),
        equity=Decimal(document["equity"]),
        orders=[_order(item) for item in document["orders"]],
        deals=[_deal(item) for item in document["deals"]],
        positions=[_position(item) for item in document["positions"]],
    )


def _order(item: Mapping[str, Any]) -> Order:
    return Order(
        order_ticket=item["order_ticket"],
        magic=item["magic"],
        side=item["side"],
        volume_lots=Decimal(item["volume_lots"]),
        cause=item["cause"],
        position_id=item["position_id"],
        comment=item["comment"],
        placed_at=datetime.fromisoformat(item["placed_at"]),
    )


def _deal(item: Mapping[str, Any]) -> Deal:
    return Deal(
        deal_ticket=item["deal_ticket"],
        order_ticket=item["order_ticket"],
        position_id=item["position_id"],
        magic=item["magic"],
        entry=item["entry"],
        cause=item["cause"],
        volume_lots=Decimal(item["volume_lots"]),
        price=Decimal(item["price"]),
        commission=Decimal(item["commission"]),
        swap=Decimal(item["swap"]),
        profit=Decimal(item["profit"]),
        dealt_at=datetime.fromisoformat(item["dealt_at"]),
    )


def _position(item: Mapping[str, Any]) -> Position:
    return Position(
        position_id=item["position_id"],
        magic=item["magic"],
        side=item["side"],
        volume_lots=Decimal(item["volume_lots"]),
        open_price=Decimal(item["open_price"]),
    )
