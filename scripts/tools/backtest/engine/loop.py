"""The loop: bar after bar, everybody's turn, at the hours that the demo's replay keeps."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from functions.contract.bar import Bar, closed_at
from functions.contract.scalars import Action
from functions.contract.signal import Signal
from functions.director.context import AccountContext
from functions.director.decide import decide
from scripts.tools.backtest.engine import officer
from scripts.tools.backtest.engine.desk import Desk
from scripts.tools.backtest.engine.result import AccountResult, Point, Result
from scripts.tools.backtest.engine.setup import Setup
from scripts.tools.backtest.engine.signals import Signals
from scripts.tools.demo.schedule import DIRECTOR, MARKET, REPORTED, follows_at_once, turn_ends

Progress = Callable[[int], None]
_TURNS: Final[Mapping[Action, int]] = {"close": 1, "modify": 2, "open": 3}


def run(
    bars: Sequence[Bar],
    setup: Setup,
    sources: Sequence[Signals],
    *,
    first: int,
    last: int,
    close_at_end: bool = False,
    progress: Progress = lambda more: None,
) -> Result:
    """Live through the bars numbered first to last, both included.

    The bar after the last one, if there is one, gives the first price that its signals are traded at.
    sources: the strategies' signals over these very bars.
    close_at_end: close what is open at the last bar's last price, instead of trading its signals.
    progress: told how many bars were lived through, each time some were.
    """
    desks = [Desk(account, setup.instrument, setup.costs, setup.restrictions) for account in setup.accounts]
    desks.sort(key=lambda desk: desk.setup.account_id)
    curves: list[list[Point]] = [[] for _ in desks]
    signals, pending = 0, list[Signal]()
    for number in range(first, last + 1):
        bar, following = bars[number], bars[number + 1] if number + 1 < len(bars) else None
        for desk, curve in zip(desks, curves, strict=True):
            _live_through(desk, bar, reopens=number > first and not follows_at_once(bars[number - 1], bar))
            curve.append(_point(desk, closed_at(bar)))
        if close_at_end and number == last:
            _close_all(desks, closed_at(bar))
        else:
            found = [signal for source in sources for signal in source.at(number)]
            signals += len(found)
            pending = _act(desks, pending + found, bar, following)
        progress(1)
    for desk, curve in zip(desks, curves, strict=True):
        # The last signals were traded after the last point.
        curve[-1] = _point(desk, curve[-1].at)
    return Result(signals, tuple(map(_result, desks, curves)))


def _live_through(desk: Desk, bar: Bar, *, reopens: bool) -> None:
    if reopens and desk.directives:
        # Who has waited for the market trades at its first price.
        _trade(desk, bar, bar.opened_at + MARKET)
    desk.broker.jump(bar, bar.opened_at)
    desk.broker.pass_inside(bar, closed_at(bar))
    desk.report(bar)


def _act(desks: Sequence[Desk], pending: list[Signal], bar: Bar, following: Bar | None) -> list[Signal]:
    """Decide and trade after a bar; answers the signals that have to be decided again."""
    if not pending:
        return []
    at = closed_at(bar)
    left = _direct(desks, pending, at)
    for desk in desks:
        if following is not None and follows_at_once(bar, following):
            _trade(desk, following, at + MARKET)
        else:
            officer.wait(desk.directives, desk.broker, turn_ends(bar, at))
            desk.tidy()
    return left


def _direct(desks: Sequence[Desk], pending: Sequence[Signal], at: datetime) -> list[Signal]:
    """One run of the director; answers the signals that wait for the next one."""
    left = sorted(pending, key=_turn)
    moved = True
    while left and moved:
        # Everything is read first, then decided signal after signal; what that moved is read again.
        read = [(signal, _contexts(desks, signal, left, at)) for signal in left]
        moved, left = False, []
        for signal, contexts in read:
            for desk, context in contexts:
                decision = decide(signal, context, at + DIRECTOR)
                moved |= desk.commit(signal, decision, context, at + DIRECTOR)
            if any(desk.follows(signal) for desk in desks):
                left.append(signal)
            else:
                moved = True
    return left


def _turn(signal: Signal) -> tuple[datetime, str, int, str, UUID]:
    """Oldest first, and of one bar by strategy: what it closes, moves, opens; as api.pending_signals."""
    return signal.created_at, signal.strategy_id, _TURNS[signal.action], signal.symbol, signal.signal_id


def _contexts(
    desks: Sequence[Desk], signal: Signal, pending: Sequence[Signal], at: datetime
) -> list[tuple[Desk, AccountContext]]:
    """What the accounts know that have decided what the strategy says before it at the same bar."""
    earlier = [
        one for one in pending if _turn(one)[:2] == _turn(signal)[:2] and _turn(one)[2] < _turn(signal)[2]
    ]
    return [
        (desk, desk.context(signal, at + REPORTED, at + DIRECTOR))
        for desk in desks
        if desk.follows(signal) and not any(desk.follows(one) for one in earlier)
    ]


def _trade(desk: Desk, bar: Bar, at: datetime) -> None:
    """Carry out what was directed at the first price of a bar."""
    desk.broker.jump(bar, at)
    desk.withdraw_halted(at)
    officer.carry_out(desk.directives, desk.broker, at)
    desk.tidy()


def _close_all(desks: Sequence[Desk], at: datetime) -> None:
    for desk in desks:
        for directive_no in list(desk.broker.book.positions):
            desk.broker.close(directive_no, at, "end")


def _point(desk: Desk, at: datetime) -> Point:
    book = desk.broker.book
    return Point(at, book.balance, _equity(desk), len(book.positions))


def _equity(desk: Desk) -> Decimal:
    quote = desk.broker.quote
    return desk.broker.book.equity(quote) if quote else desk.broker.book.balance


def _result(desk: Desk, curve: Sequence[Point]) -> AccountResult:
    setup, book = desk.setup, desk.broker.book
    return AccountResult(
        account_id=setup.account_id,
        currency=setup.currency,
        server_time_offset_seconds=setup.server_time_offset_seconds,
        began_at=curve[0].at,
        deposit=setup.balance,
        balance=book.balance,
        equity=_equity(desk),
        curve=tuple(curve),
        trades=tuple(sorted(book.trades, key=lambda trade: (trade.closed_at, trade.directive_no))),
        positions=tuple(book.positions.values()),
        decisions=tuple(desk.decisions),
        directives=tuple(sorted(desk.finished + desk.directives, key=lambda one: one.directive_no)),
        past=desk.past(),
    )
