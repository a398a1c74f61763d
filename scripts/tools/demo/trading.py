"""One directive at the broker: carried out, refused or put off; and what there is to report of it."""

from datetime import datetime
from uuid import UUID, uuid5

from functions.contract.directive import Directive
from functions.contract.execution import STATUS_OF_KIND, ExecutionEvent, Kind
from scripts.tools.demo import retcodes
from scripts.tools.demo.broker import Broker
from scripts.tools.demo.records import Deal, Outcome, magic_of

_EVENTS = UUID("0d0d6e2c-5f0b-4a0f-9a53-2a4f1f6e7a11")


def carry_out(directive: Directive, broker: Broker, at: datetime) -> Outcome:
    """Send the one order, or the one change, that a directive commands."""
    if directive.order_type != "market":
        return retcodes.INVALID_ORDER
    if directive.action == "open":
        return _open(directive, broker, at)
    target = broker.position_of(magic_of(directive.target_directive_no or 0))
    if target is None:
        return retcodes.POSITION_CLOSED
    if directive.action == "modify":
        return broker.modify_position(
            target.position_id, stop_loss=directive.stop_loss, take_profit=directive.take_profit
        )
    return broker.close_position(
        target.position_id,
        magic=magic_of(directive.directive_no),
        volume_lots=directive.volume_lots,
        comment=_comment(directive),
        at=at,
    )


def outcome_event(directive: Directive, outcome: Outcome, at: datetime) -> ExecutionEvent:
    """The broker's answer, good or bad, as a fact to report."""
    if outcome.retcode not in retcodes.SUCCEEDED:
        return _event(
            directive.directive_id, "order_rejected", at, retcode=outcome.retcode, message=outcome.comment
        )
    if outcome.deal is None:
        return _event(directive.directive_id, "position_modified", at, retcode=outcome.retcode)
    return deal_event(directive.directive_id, outcome.deal)


def deal_event(directive_id: UUID, deal: Deal) -> ExecutionEvent:
    """A deal as a fact to report; if a stop closed a position, of the directive that opened it."""
    return _event(
        directive_id,
        "order_filled" if deal.entry == "in" else "position_closed",
        deal.dealt_at,
        # Nobody asked for what a stop does, so there was nothing to answer.
        retcode=retcodes.DONE if deal.cause == "expert" else None,
        deal=deal,
    )


def expired_event(directive: Directive, at: datetime) -> ExecutionEvent:
    """A granted directive that was never sent, because its time ran out first."""
    return _event(directive.directive_id, "order_cancelled", at, code="directive_expired")


def absent_event(directive: Directive, at: datetime) -> ExecutionEvent:
    """A directive whose order is not at the broker, and a perfect broker shows every order there is."""
    return _event(directive.directive_id, "order_failed", at, code="absent_at_broker")


def _open(directive: Directive, broker: Broker, at: datetime) -> Outcome:
    if directive.symbol != broker.instrument.symbol or directive.volume_lots is None:
        return retcodes.INVALID_REQUEST
    return broker.open_position(
        magic=magic_of(directive.directive_no),
        side=directive.side,
        volume_lots=directive.volume_lots,
        stop_loss=directive.stop_loss,
        take_profit=directive.take_profit,
        comment=_comment(directive),
        at=at,
    )


def _comment(directive: Directive) -> str:
    """For people who look at the terminal; never read back."""
    return f"DS {directive.directive_no}"


def _event(
    directive_id: UUID,
    kind: Kind,
    at: datetime,
    *,
    retcode: int | None = None,
    code: str | None = None,
    message: str | None = None,
    deal: Deal | None = None,
) -> ExecutionEvent:
    # The same fact gets the same id whenever it is told: an officer that lost its memory repeats itself.
    told = f"{directive_id}/{kind}/{deal.deal_ticket if deal else ''}"
    return ExecutionEvent(
        event_id=uuid5(_EVENTS, told),
        directive_id=directive_id,
        kind=kind,
        status=STATUS_OF_KIND[kind],
        order_ticket=str(deal.order_ticket) if deal else None,
        deal_ticket=str(deal.deal_ticket) if deal else None,
        position_id=str(deal.position_id) if deal else None,
        price=deal.price if deal else None,
        volume_lots=deal.volume_lots if deal else None,
        commission=deal.commission if deal else None,
        swap=deal.swap if deal else None,
        profit=deal.profit if deal else None,
        reason=deal.cause if deal else None,
        retcode=retcode,
        code=code,
        message=message,
        occurred_at=at,
        references_event_id=None,
    )
