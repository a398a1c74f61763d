"""Walk-forward: choose parameters on one window, trade them on the next, and move on.

R. Pardo, "The Evaluation and Optimization of Trading Strategies" (2008). What is reported was never seen when
it was chosen. Each test begins with the money, the marks that losses count from and the last trades that the
one before it ended with, and closes what is open.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from functions.contract.bar import Bar, closed_at
from scripts.tools.backtest.engine.loop import Progress, run
from scripts.tools.backtest.engine.result import AccountResult, Result
from scripts.tools.backtest.engine.setup import Setup
from scripts.tools.backtest.engine.signals import Signals
from scripts.tools.backtest.engine.statistics import Statistics, statistics, together
from scripts.tools.operator.documents import Strategy

# One choice: the strategies, each with its parameters.
Candidate = tuple[Strategy, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """How to walk: bars of training and of testing, and the statistic to choose by, the more the better."""

    train_bars: int
    test_bars: int
    statistic: str


@dataclass(frozen=True, slots=True)
class Window:
    """One step: numbers of the first bars to train and to test on, and of the last one to test on."""

    train_first: int
    test_first: int
    test_last: int


@dataclass(frozen=True, slots=True)
class Step:
    """What became of one window. scores: of the statistic chosen by, None where it is not defined."""

    trained_from: datetime
    tested_from: datetime
    tested_until: datetime
    chosen: Candidate
    train_score: Decimal | None
    test_score: Decimal | None
    net_profit: Decimal
    trades: int


@dataclass(frozen=True, slots=True)
class Walk:
    """All steps, and the tests put together to one result out of sample."""

    steps: tuple[Step, ...]
    result: Result


def windows(bars: int, warm_up_bars: int, plan: Plan) -> list[Window]:
    """The windows that so many bars have room for; the last test may be shorter, never empty."""
    first = warm_up_bars - 1
    starts = range(first + plan.train_bars, bars, plan.test_bars)
    return [Window(at - plan.train_bars, at, min(at + plan.test_bars, bars) - 1) for at in starts]


def bars_to_live_through(found: Sequence[Window], candidates: int, plan: Plan) -> int:
    """How much work a walk is, in bars."""
    tests = sum(window.test_last - window.test_first + 1 for window in found)
    return len(found) * candidates * plan.train_bars + tests


def walk(
    bars: Sequence[Bar],
    setup: Setup,
    candidates: Sequence[Candidate],
    plan: Plan,
    *,
    progress: Progress = lambda more: None,
) -> Walk:
    """Take every step. Of candidates that score the same the first one is chosen."""
    warm_up = max(strategy.warm_up_bars for candidate in candidates for strategy in candidate)
    source = _shared_signals(bars)
    steps, tested = [], list[Result]()
    for window in windows(len(bars), warm_up, plan):

        def live(candidate: Candidate, first: int, last: int, within: Setup) -> Result:
            sources = [source(strategy) for strategy in candidate]
            return run(bars, within, sources, first=first, last=last, close_at_end=True, progress=progress)

        trained = [
            (_statistics(live(candidate, window.train_first, window.test_first - 1, setup)), candidate)
            for candidate in candidates
        ]
        best, chosen = max(trained, key=lambda each: rank(each[0], plan.statistic))
        tested.append(live(chosen, window.test_first, window.test_last, _carried(setup, tested)))
        steps.append(_step(bars, window, chosen, best, tested[-1], plan))
    return Walk(tuple(steps), _stitched(tested))


def _shared_signals(bars: Sequence[Bar]) -> Callable[[Strategy], Signals]:
    """Signals depend on bars and parameters alone, so windows and candidates share them."""
    known: dict[str, Signals] = {}

    def source(strategy: Strategy) -> Signals:
        return known.setdefault(strategy.model_dump_json(), Signals(strategy, bars))

    return source


def _statistics(result: Result) -> Statistics:
    return statistics(together(result.accounts))


def _score(found: Statistics, plan: Plan) -> Decimal | None:
    score = getattr(found, plan.statistic)
    return None if score is None else Decimal(score)


def rank(found: Statistics, statistic: str) -> tuple[int, Decimal]:
    """By what candidates are compared, the more the better; equal ones stay in their order.

    What gained and has nothing to divide by, no losing trade, no losing day, no drawdown, has a ratio beyond
    all others, and is compared with its like by what it gained. What is not defined otherwise comes last.
    """
    score = getattr(found, statistic)
    if score is not None:
        return 1, Decimal(score)
    lossless = {
        "profit_factor": found.longest_losing_streak == 0,
        "sortino_ratio": True,
        "calmar_ratio": found.max_drawdown == 0,
    }
    if found.net_profit > 0 and lossless.get(statistic, False):
        return 2, found.net_profit
    return 0, Decimal(0)


def _carried(setup: Setup, tested: Sequence[Result]) -> Setup:
    """The same accounts, with the money and the past that the last test left them."""
    if not tested:
        return setup
    left = {account.account_id: account for account in tested[-1].accounts}
    accounts = (
        replace(one, balance=left[one.account_id].balance, past=left[one.account_id].past)
        for one in setup.accounts
    )
    return replace(setup, accounts=tuple(accounts))


def _step(
    bars: Sequence[Bar], window: Window, chosen: Candidate, best: Statistics, result: Result, plan: Plan
) -> Step:
    found = together(result.accounts)
    return Step(
        trained_from=bars[window.train_first].opened_at,
        tested_from=bars[window.test_first].opened_at,
        tested_until=closed_at(bars[window.test_last]),
        chosen=chosen,
        train_score=_score(best, plan),
        test_score=_score(_statistics(result), plan),
        net_profit=found.equity - found.deposit,
        trades=len(found.trades),
    )


def _stitched(tested: Sequence[Result]) -> Result:
    by_account = zip(*(result.accounts for result in tested), strict=True)
    return Result(
        signals=sum(result.signals for result in tested),
        accounts=tuple(_joined(parts) for parts in by_account),
    )


def _joined(parts: Sequence[AccountResult]) -> AccountResult:
    first, last = parts[0], parts[-1]
    return replace(
        last,
        began_at=first.began_at,
        deposit=first.deposit,
        curve=tuple(one for part in parts for one in part.curve),
        trades=tuple(one for part in parts for one in part.trades),
        decisions=tuple(one for part in parts for one in part.decisions),
        directives=tuple(one for part in parts for one in part.directives),
    )
