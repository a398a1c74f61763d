"""What an officer sends to its broker."""

from dataclasses import dataclass
from decimal import Decimal

from functions.contract.directive import Directive
from functions.contract.scalars import Side
from scripts.tools.demo.records import Account, magic_of


@dataclass(frozen=True, slots=True)
class Request:
    """What an officer sends: an open, or the close of `position_id`. `side` is that of the order."""

    magic: int
    symbol: str
    side: Side
    volume_lots: Decimal
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    position_id: int | None = None


def order_for(directive: Directive, account: Account) -> Request | None:
    """The order a directive commands; None if the position it would close is gone."""
    magic = magic_of(directive.directive_no)
    if directive.action == "open" and directive.volume_lots is not None:
        return Request(
            magic,
            directive.symbol,
            directive.side,
            directive.volume_lots,
            directive.stop_loss,
            directive.take_profit,
        )
    if directive.action != "close" or directive.target_directive_no is None:
        raise ValueError(f"no strategy of this play leads to such a directive: {directive}")
    position = account.position_of(magic_of(directive.target_directive_no))
    if position is None:
        return None
    opposite: Side = "sell" if position.side == "buy" else "buy"
    return Request(magic, directive.symbol, opposite, position.volume_lots, position_id=position.position_id)
