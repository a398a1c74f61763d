"""A broker for one hedging account. It outlives its officers, and is as unreliable as brokers are."""

import random
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final, Literal

from functions.contract.bar import Bar, closed_at
from functions.contract.scalars import Side
from scripts.tools.chaos.market import CONTRACT_SIZE
from scripts.tools.chaos.orders import Request
from scripts.tools.demo.records import Account, Cause, Deal, Entry, Order, Position

COMMISSION_PER_LOT: Final = Decimal("-3.5")
BALANCE: Final = Decimal(10_000)
VOLUME_STEP: Final = Decimal("0.01")
FIRST_TICKET: Final = 1_000

Answer = Literal["done", "rejected", "no position", "unknown"]
# What becomes of an order, and how often of a hundred.
_Fate = Literal["filled", "filled in parts", "rejected", "answer lost", "never arrived", "late"]
_FATES: Final[Sequence[tuple[_Fate, int]]] = (
    ("filled", 72),
    ("filled in parts", 10),
    ("rejected", 5),
    ("answer lost", 7),
    ("never arrived", 3),
    ("late", 3),
)
# An order that is late is filled after so many simulated seconds: before or after its officer gives it up.
_LATE_SECONDS = (10, 400)


@dataclass(frozen=True, slots=True)
class Holding:
    """An open position, with what a record of it does not have."""

    record: Position
    symbol: str
    stop_loss: Decimal | None
    take_profit: Decimal | None
    opened_at: datetime


class Broker:
    """The books of one account; safe between threads."""

    def __init__(self, seed: str) -> None:
        self.refused = 0
        self._random = random.Random(seed)  # noqa: S311
        self._lock = threading.RLock()
        self._account = Account("USD", BALANCE, BALANCE, [], [], [])
        self._holdings: dict[int, Holding] = {}
        self._late: list[tuple[datetime, Request]] = []
        self._prices: dict[str, Decimal] = {}
        self._now = datetime.min.replace(tzinfo=UTC)
        self._ticket = FIRST_TICKET

    def pass_bar(self, bar: Bar) -> None:
        """Live through a bar: stops are hit, late orders are filled at its close."""
        with self._lock:
            self._prices[bar.symbol] = bar.close
            self.pass_time(closed_at(bar))
            for holding in [each for each in self._holdings.values() if each.symbol == bar.symbol]:
                hit = _hit(holding, bar)
                if hit:
                    self._close(holding, holding.record.magic, *hit)

    def pass_time(self, now: datetime) -> None:
        """Fill the late orders whose time has come."""
        with self._lock:
            self._now = max(self._now, now)
            due = [late for late in self._late if late[0] <= self._now]
            self._late = [late for late in self._late if late[0] > self._now]
            for _, request in due:
                self._execute(request, parts=1)

    def send(self, request: Request, now: datetime) -> Answer:
        """Take an order; what is answered need not be all that happens."""
        with self._lock:
            self.pass_time(now)
            if request.position_id is not None and request.position_id not in self._holdings:
                return "no position"
            (fate,) = self._random.choices(*zip(*_FATES, strict=True))
            if fate == "rejected":
                self.refused += 1
                return "rejected"
            if fate == "late":
                self._late.append((now + timedelta(seconds=self._random.randint(*_LATE_SECONDS)), request))
            elif fate != "never arrived":
                self._execute(request, parts=2 if fate == "filled in parts" else 1)
            return "done" if fate.startswith("filled") else "unknown"

    def account(self) -> Account:
        """A copy of the books."""
        with self._lock:
            books = self._account
            held = [holding.record for holding in self._holdings.values()]
            return replace(books, orders=[*books.orders], deals=[*books.deals], positions=held)

    def holdings(self) -> list[Holding]:
        """What is open."""
        with self._lock:
            return list(self._holdings.values())

    @property
    def quiet(self) -> bool:
        """Whether no late order is on its way any more."""
        return not self._late

    def _execute(self, request: Request, parts: int) -> None:
        if request.position_id is None:
            self._open(request, parts)
        elif holding := self._holdings.get(request.position_id):
            # Its stop may have been faster than a late close.
            self._close(holding, request.magic, "expert", self._prices[request.symbol])

    def _open(self, request: Request, parts: int) -> None:
        order = self._order(request.magic, request.side, request.volume_lots, "expert", None)
        price = self._prices[request.symbol]
        for volume_lots in _split(request.volume_lots, parts):
            self._deal(order, "in", volume_lots, price, Decimal(0))
        record = Position(order.order_ticket, request.magic, request.side, request.volume_lots, price)
        self._holdings[order.order_ticket] = Holding(
            record, request.symbol, request.stop_loss, request.take_profit, self._now
        )

    def _close(self, holding: Holding, magic: int, cause: Cause, price: Decimal) -> None:
        record = self._holdings.pop(holding.record.position_id).record
        side: Side = "sell" if record.side == "buy" else "buy"
        order = self._order(magic, side, record.volume_lots, cause, record.position_id)
        gained = price - record.open_price if record.side == "buy" else record.open_price - price
        self._deal(order, "out", record.volume_lots, price, gained * record.volume_lots * CONTRACT_SIZE)

    def _order(
        self, magic: int, side: Side, volume_lots: Decimal, cause: Cause, position_id: int | None
    ) -> Order:
        self._ticket += 1
        order = Order(
            self._ticket, magic, side, volume_lots, cause, position_id or self._ticket, "", self._now
        )
        self._account.orders.append(order)
        return order

    def _deal(
        self, order: Order, entry: Entry, volume_lots: Decimal, price: Decimal, profit: Decimal
    ) -> None:
        self._ticket += 1
        cent = Decimal("0.01")
        deal = Deal(
            deal_ticket=self._ticket,
            order_ticket=order.order_ticket,
            position_id=order.position_id,
            magic=order.magic,
            entry=entry,
            cause=order.cause,
            volume_lots=volume_lots,
            price=price,
            commission=(COMMISSION_PER_LOT * volume_lots).quantize(cent),
            swap=Decimal(0),
            profit=profit.quantize(cent),
            dealt_at=self._now,
        )
        self._account.deals.append(deal)
        self._account.balance += deal.commission + deal.profit
        self._account.equity = self._account.balance


def _split(volume_lots: Decimal, parts: int) -> list[Decimal]:
    first = (volume_lots / 2).quantize(VOLUME_STEP)
    return [first, volume_lots - first] if parts > 1 and 0 < first < volume_lots else [volume_lots]


def _hit(holding: Holding, bar: Bar) -> tuple[Cause, Decimal] | None:
    """The stop that a bar reaches, the loss before the gain, and its price."""
    buys = holding.record.side == "buy"
    loss, gain = holding.stop_loss, holding.take_profit
    if loss is not None and (bar.low <= loss if buys else bar.high >= loss):
        return "stop_loss", loss
    if gain is not None and (bar.high >= gain if buys else bar.low <= gain):
        return "take_profit", gain
    return None
