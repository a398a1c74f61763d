"""The messages of an officer: what it reports, and how it shows its account."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from functions.contract.account import AccountState, BrokerPosition, Instrument
from functions.contract.directive import Directive
from functions.contract.execution import STATUS_OF_KIND, ExecutionEvent, Kind
from functions.contract.sync import SyncRequest
from scripts.tools.chaos.broker import VOLUME_STEP, Broker, Holding
from scripts.tools.chaos.market import CONTRACT_SIZE, CURRENCY, DIGITS, SYMBOLS, TICK_SIZE
from scripts.tools.demo.records import Account, Deal, directive_no_of

LEVERAGE = 100
_NOTHING = dict.fromkeys(
    (
        "order_ticket",
        "deal_ticket",
        "position_id",
        "price",
        "volume_lots",
        "commission",
        "swap",
        "profit",
        "reason",
        "retcode",
        "code",
        "message",
        "references_event_id",
    )
)


def happened(directive_id: uuid.UUID, kind: Kind, at: datetime, **details: Any) -> ExecutionEvent:
    """An event under a new id."""
    return ExecutionEvent.model_validate(
        {
            **_NOTHING,
            "event_id": uuid.uuid4(),
            "directive_id": directive_id,
            "kind": kind,
            "status": STATUS_OF_KIND[kind],
            "occurred_at": at,
            **details,
        }
    )


def dealt(deal: Deal, directive: Directive) -> ExecutionEvent:
    """A deal as an event of the directive whose magic number it carries."""
    return happened(
        directive.directive_id,
        "order_filled" if deal.entry == "in" else "position_closed",
        deal.dealt_at,
        order_ticket=str(deal.order_ticket),
        deal_ticket=str(deal.deal_ticket),
        position_id=str(deal.position_id),
        price=deal.price,
        volume_lots=deal.volume_lots,
        commission=deal.commission,
        swap=deal.swap,
        profit=deal.profit,
        reason=deal.cause,
    )


def shown(instance_id: uuid.UUID, broker: Broker) -> SyncRequest:
    """The whole of an account."""
    return SyncRequest(
        instance_id=instance_id,
        account=_state(broker.account()),
        instruments=_INSTRUMENTS,
        positions=tuple(_position(holding) for holding in broker.holdings()),
        orders=(),
    )


def _state(account: Account) -> AccountState:
    return AccountState(
        balance=account.balance,
        equity=account.equity,
        margin=Decimal(0),
        free_margin=account.equity,
        currency=CURRENCY,
        leverage=LEVERAGE,
        hedging=True,
        trade_allowed=True,
        server_time_offset_seconds=0,
    )


def _position(holding: Holding) -> BrokerPosition:
    record = holding.record
    return BrokerPosition(
        position_id=str(record.position_id),
        directive_no=directive_no_of(record.magic),
        symbol=holding.symbol,
        side=record.side,
        volume_lots=record.volume_lots,
        open_price=record.open_price,
        stop_loss=holding.stop_loss,
        take_profit=holding.take_profit,
        profit=Decimal(0),
        swap=Decimal(0),
        opened_at=holding.opened_at,
    )


_INSTRUMENTS = tuple(
    Instrument(
        symbol=symbol,
        digits=DIGITS,
        tick_size=TICK_SIZE,
        tick_value=TICK_SIZE * CONTRACT_SIZE,
        contract_size=CONTRACT_SIZE,
        volume_min_lots=VOLUME_STEP,
        volume_max_lots=Decimal(50),
        volume_step_lots=VOLUME_STEP,
        stops_level_points=0,
    )
    for symbol in SYMBOLS
)
