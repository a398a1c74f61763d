"""The demo and the backtest of the same bars, brought into one form, so that they can be compared."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from functions.contract.bar import Bar
from scripts.tools.backtest.engine.loop import run
from scripts.tools.backtest.engine.restrictions import Restrictions
from scripts.tools.backtest.engine.result import AccountResult, Result
from scripts.tools.backtest.engine.setup import Costs, Setup
from scripts.tools.backtest.engine.signals import Signals
from scripts.tools.backtest.inputs import accounts_of, instrument_of
from scripts.tools.demo import cast
from scripts.tools.demo.bars_file import BarsFile
from scripts.tools.demo.play import Backend, Played, play
from scripts.tools.demo.records import Account, Deal, directive_no_of
from scripts.tools.stack import Stack
from tests.demo.performance import backend

CONTRACT_SIZE = Decimal(100_000)
NO_RESTRICTIONS = Restrictions()
# The Expert Advisor takes steps of a quarter of a second and trades one directive in each few; the backtest
# trades at once. The price is the same all the while.
OFFICER_TAKES = timedelta(seconds=5)

_DIRECTIVES = """
    select directive_no, account_id, signal_id, strategy_id, action, stop_loss, take_profit
    from ledger.trade_directives order by directive_no
"""
_DECISIONS = """
    select signal_id, outcome, reason from ledger.risk_decisions where account_id = %s
"""


@dataclass(frozen=True)
class Traded:
    """A position of either, open or closed. Times of directives are those of the demo's officer or later."""

    signal_id: str
    strategy_id: str
    side: str
    volume_lots: Decimal
    opened_at: datetime
    open_price: Decimal
    stop_loss: Decimal | None
    take_profit: Decimal | None
    closed_at: datetime | None
    close_price: Decimal | None
    reason: str | None
    profit: Decimal | None
    commission: Decimal


@dataclass(frozen=True)
class Seen:
    """One account after the last bar: its positions in the order of their directives."""

    balance: Decimal
    equity: Decimal
    trades: list[Traded]
    decisions: list[tuple[str, str, str]]


def demo_of(
    stack: Stack,
    database: str,
    file: BarsFile,
    count: int,
    folder: Path,
    after_each: Callable[[Backend, int], None] = lambda running, played: None,
) -> dict[str, Seen]:
    """Replay bars through the real system, with the real Expert Advisor on both accounts.

    after_each: told the number of bars played so far, each time some were.
    """
    played_bars = 0

    def progress(more: int) -> None:
        nonlocal played_bars
        played_bars += more
        after_each(running, played_bars)

    with backend(stack, database, folder) as running:
        played = play(file, count, running, contract_size=CONTRACT_SIZE, progress=progress)
        with psycopg.connect(running.database_url, row_factory=dict_row) as connection:
            seen = _seen_in_demo(played, connection)
    stack.drop_database(database)
    return seen


def result_of(file: BarsFile, count: int, restrictions: Restrictions = NO_RESTRICTIONS) -> Result:
    """The backtest of the same bars with the same accounts and strategies."""
    strategies = cast.strategies(file)
    setup = Setup(
        instrument_of(None, file, CONTRACT_SIZE),
        Costs(commission_per_lot=cast.COMMISSION_PER_LOT),
        tuple(accounts_of([], file, [strategy.strategy_id for strategy in strategies])),
        tuple(strategies),
        restrictions,
    )
    bars: Sequence[Bar] = file.bars[: count + 1]
    first = min(strategy.warm_up_bars for strategy in strategies) - 1
    return run(bars, setup, [Signals(one, bars) for one in strategies], first=first, last=count - 1)


def backtest_of(file: BarsFile, count: int, restrictions: Restrictions = NO_RESTRICTIONS) -> dict[str, Seen]:
    """The same, in the form of the demo's."""
    result = result_of(file, count, restrictions)
    return {account.account_id: _seen_in_backtest(account) for account in result.accounts}


def assert_agree(demo: Mapping[str, Seen], backtest: Mapping[str, Seen]) -> None:
    """Every decision and every trade is the same, to the cent; times within what the officer takes."""
    assert demo.keys() == backtest.keys()
    for account_id, theirs in demo.items():
        ours = backtest[account_id]
        assert ours.decisions == theirs.decisions
        assert len(ours.trades) == len(theirs.trades)
        for mine, other in zip(ours.trades, theirs.trades, strict=True):
            assert mine == _at_times_of(mine, other)
        assert (ours.balance, ours.equity) == (theirs.balance, theirs.equity)


def _at_times_of(mine: Traded, other: Traded) -> Traded:
    """The demo's trade with the backtest's times, where the officer took the time it may take."""
    opened_at = mine.opened_at if _took_its_time(mine.opened_at, other.opened_at) else other.opened_at
    closed_at = other.closed_at
    if other.reason == "expert" and _took_its_time(mine.closed_at, other.closed_at):
        closed_at = mine.closed_at
    return replace(other, opened_at=opened_at, closed_at=closed_at)


def _took_its_time(mine: datetime | None, other: datetime | None) -> bool:
    return mine is not None and other is not None and timedelta(0) <= other - mine < OFFICER_TAKES


def _seen_in_demo(played: Played, connection: "psycopg.Connection[dict[str, Any]]") -> dict[str, Seen]:
    directives = connection.execute(_DIRECTIVES).fetchall()
    return {
        account_id: Seen(
            account.balance,
            account.equity,
            list(_traded(account, {row["directive_no"]: row for row in directives})),
            sorted(
                (str(row["signal_id"]), row["outcome"], row["reason"])
                for row in connection.execute(_DECISIONS, [account_id])
            ),
        )
        for account_id, account in played.accounts.items()
    }


def _traded(account: Account, directives: Mapping[int, Mapping[str, Any]]) -> Iterator[Traded]:
    """What became of each opening deal."""
    entries = {deal.position_id: deal for deal in account.deals if deal.entry == "in"}
    exits = {deal.position_id: deal for deal in account.deals if deal.entry == "out"}
    sides = {order.position_id: order.side for order in account.orders if order.opens}
    for position_id, entry in sorted(entries.items(), key=lambda each: directive_no_of(each[1].magic) or 0):
        directive = directives[directive_no_of(entry.magic) or 0]
        out = exits.get(position_id)
        yield Traded(
            signal_id=str(directive["signal_id"]),
            strategy_id=directive["strategy_id"],
            side=sides[position_id],
            volume_lots=entry.volume_lots,
            opened_at=entry.dealt_at,
            open_price=entry.price,
            stop_loss=directive["stop_loss"],
            take_profit=directive["take_profit"],
            **_exit(out),
            commission=entry.commission + (out.commission if out else Decimal(0)),
        )


def _exit(out: Deal | None) -> dict[str, Any]:
    return {
        "closed_at": out and out.dealt_at,
        "close_price": out and out.price,
        "reason": out and out.cause,
        "profit": out and out.profit,
    }


def _seen_in_backtest(account: AccountResult) -> Seen:
    # The stops as the opening directive had them; where they were moved to shows in the price of a close.
    opened = {one.directive_no: one.command for one in account.directives}
    closed = {
        trade.directive_no: Traded(
            signal_id=str(trade.signal_id),
            strategy_id=trade.strategy_id,
            side=trade.side,
            volume_lots=trade.volume_lots,
            opened_at=trade.opened_at,
            open_price=trade.open_price,
            stop_loss=opened[trade.directive_no].stop_loss,
            take_profit=opened[trade.directive_no].take_profit,
            closed_at=trade.closed_at,
            close_price=trade.close_price,
            reason=trade.reason,
            profit=trade.profit,
            commission=trade.commission,
        )
        for trade in account.trades
    }
    still_open = {
        position.directive_no: Traded(
            signal_id=str(position.signal_id),
            strategy_id=position.strategy_id,
            side=position.side,
            volume_lots=position.volume_lots,
            opened_at=position.opened_at,
            open_price=position.open_price,
            stop_loss=opened[position.directive_no].stop_loss,
            take_profit=opened[position.directive_no].take_profit,
            closed_at=None,
            close_price=None,
            reason=None,
            profit=None,
            commission=position.commission,
        )
        for position in account.positions
    }
    trades = closed | still_open
    return Seen(
        account.balance,
        account.equity,
        [trades[number] for number in sorted(trades)],
        sorted((str(one.signal_id), one.outcome, one.reason) for one in account.decisions),
    )
