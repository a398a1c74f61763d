"""The officer of one account: carries out directives at the market, in the Expert Advisor's order."""

from collections.abc import Iterable
from datetime import datetime

from scripts.tools.backtest.engine.broker import Broker, Order
from scripts.tools.backtest.engine.directives import Issued


def carry_out(directives: Iterable[Issued], broker: Broker, at: datetime) -> None:
    """Do all that is under way at the present quote: closes first, then by priority, then as they came."""
    for issued in sorted((one for one in directives if one.under_way), key=_urgency):
        if issued.has_expired(at):
            issued.end("cancelled", "directive_expired")
        elif issued.command.action == "open":
            _open(issued, broker, at)
        else:
            _change(issued, broker, at)


def wait(directives: Iterable[Issued], broker: Broker, until: datetime) -> None:
    """Keep what is under way while the market is closed, but for what expires by then or has lost its aim."""
    for issued in directives:
        if issued.has_expired(until):
            issued.end("cancelled", "directive_expired")
        elif issued.command.action != "open" and _target(issued) not in broker.book.positions:
            issued.end("cancelled", "position_not_open")


def _urgency(issued: Issued) -> tuple[bool, int, int]:
    return issued.command.action == "open", -issued.command.priority, issued.directive_no


def _open(issued: Issued, broker: Broker, at: datetime) -> None:
    command = issued.command
    if command.volume_lots is None:
        raise ValueError("a directive to open has a volume")
    refusal = broker.open(
        Order(
            directive_no=issued.directive_no,
            signal_id=issued.signal_id,
            story_at=issued.created_at,
            entry_price=issued.entry_price,
            strategy_id=issued.strategy_id,
            symbol=issued.symbol,
            side=command.side,
            volume_lots=command.volume_lots,
            stop_loss=command.stop_loss,
            take_profit=command.take_profit,
        ),
        at,
    )
    issued.end("rejected" if refusal else "completed", refusal)


def _change(issued: Issued, broker: Broker, at: datetime) -> None:
    """Close a position, or move its stops, if it is still there."""
    target, refusal = _target(issued), None
    if target not in broker.book.positions:
        issued.end("cancelled", "position_not_open")
        return
    if issued.command.action == "close":
        broker.close(target, at)
    else:
        refusal = broker.modify(target, issued.command.stop_loss, issued.command.take_profit)
    issued.end("rejected" if refusal else "completed", refusal)


def _target(issued: Issued) -> int:
    if issued.command.target_directive_no is None:
        raise ValueError("a directive to close or modify has a target")
    return issued.command.target_directive_no
