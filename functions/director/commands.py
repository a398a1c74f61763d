"""The directives a decision can issue: what exactly an officer is told to do."""

from datetime import datetime, timedelta
from decimal import Decimal

from functions.contract.directive import ProposedDirective
from functions.contract.scalars import Side
from functions.director.context import Exposure
from functions.director.rules import Case
from functions.director.rules.market import open_until

# Of what an officer finds waiting it takes closes first, then new stops, and last what adds risk.
CLOSE_PRIORITY = 9
MODIFY_PRIORITY = 7
OPEN_PRIORITY = 5


def opening(case: Case, side: Side, volume_lots: Decimal) -> ProposedDirective:
    """Enter at the market with the signal's stop and target: the risk was sized by that stop."""
    return ProposedDirective(
        action="open",
        side=side,
        order_type="market",
        volume_lots=volume_lots,
        price=None,
        stop_loss=case.signal.stop_loss,
        take_profit=case.signal.take_profit,
        max_slippage_points=case.context.limits.max_slippage_points,
        target_directive_no=None,
        priority=OPEN_PRIORITY,
        # What waits for an officer or a market must not be opened after the session, or in news.
        expires_at=open_until(case, _deadline(case)),
    )


def closing(case: Case, exposure: Exposure) -> ProposedDirective:
    """Close all of the position; never expires, since a position nobody wants does not go away by itself."""
    return ProposedDirective(
        action="close",
        side=exposure.side,
        order_type="market",
        volume_lots=None,
        price=None,
        stop_loss=None,
        take_profit=None,
        max_slippage_points=case.context.limits.max_slippage_points,
        target_directive_no=exposure.directive_no,
        priority=CLOSE_PRIORITY,
        expires_at=None,
    )


def modifying(case: Case, exposure: Exposure) -> ProposedDirective:
    """Give the position the signal's stops; one the signal leaves null stays as it is."""
    return ProposedDirective(
        action="modify",
        side=exposure.side,
        order_type="market",
        volume_lots=None,
        price=None,
        stop_loss=case.signal.stop_loss,
        take_profit=case.signal.take_profit,
        max_slippage_points=case.context.limits.max_slippage_points,
        target_directive_no=exposure.directive_no,
        priority=MODIFY_PRIORITY,
        expires_at=_deadline(case),
    )


def _deadline(case: Case) -> datetime:
    """The account's own patience, within what the generator allowed."""
    patience = timedelta(seconds=case.context.limits.directive_ttl_seconds)
    return min(case.at + patience, case.signal.expires_at)
