"""What an officer reports of its account."""

from datetime import datetime

from functions.director.context import ReportedState
from scripts.tools.backtest.engine.broker import Broker
from scripts.tools.backtest.engine.setup import AccountSetup


def reported_state(setup: AccountSetup, broker: Broker, reported_at: datetime) -> ReportedState | None:
    """The account at the present quote; None while there is none."""
    quote, book = broker.quote, broker.book
    if quote is None:
        return None
    equity, margin = book.equity(quote), book.margin()
    return ReportedState(
        balance=book.balance,
        equity=equity,
        margin=margin,
        free_margin=equity - margin,
        currency=setup.currency,
        leverage=setup.leverage,
        hedging=True,
        trade_allowed=True,
        server_time_offset_seconds=setup.server_time_offset_seconds,
        reported_at=reported_at,
    )
