"""One strategy on one symbol at one moment: the signals it gives, or why it gives none. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict

from functions.contract.bar import TIMEFRAME_SECONDS, Bar, closed_at
from functions.contract.problems import Problem
from functions.contract.scalars import Boolean, Code, StrategyId, Symbol, Timeframe
from functions.contract.signal import Signal
from functions.generator.identity import signal_id
from functions.generator.strategies.base import Parameters, Proposal
from functions.generator.strategies.registry import parsed_parameters, strategy_of
from functions.market.sessions import nothing_closed_since


class StrategyInput(BaseModel):
    """One strategy, one of its symbols, and that symbol's last closed bars, oldest first."""

    # Ledger and generator are deployed apart: a field that a newer ledger adds must not stop the strategies.
    model_config = ConfigDict(frozen=True, extra="ignore")

    strategy_id: StrategyId
    kind: Code
    symbol: Symbol
    timeframe: Timeframe
    parameters: Mapping[str, Any]
    bars: tuple[Bar, ...]
    # A disabled strategy that still holds something goes on managing it, and opens nothing.
    enabled: Boolean = True


@dataclass(frozen=True, slots=True)
class NoSignal:
    """There is no signal; `reason` is the code that says why."""

    reason: str


def evaluate(given: StrategyInput, at: datetime) -> tuple[Signal, ...] | NoSignal:
    """The signals of the last closed bar, the same however often and whenever they are asked for.

    at: the present, UTC; it decides only whether the last bar is still the latest.
    Reasons for none: kind_unknown, parameters_invalid, no_bars, warming_up (fewer bars than the strategy
    declares), bars_not_current (a later bar has closed and is not there yet), market_closed (over a
    weekend or a pause, when none could) and no_signal.
    """
    strategy = strategy_of(given.kind)
    if strategy is None:
        return NoSignal("kind_unknown")
    try:
        parameters = parsed_parameters(strategy, given.parameters)
    except Problem:
        return NoSignal("parameters_invalid")
    lacking = _lacking(given.bars, parameters.warm_up_bars, at)
    if lacking is not None:
        return NoSignal(lacking)
    # Exactly what the strategy declares: more history must not change what it sees.
    bars = given.bars[-parameters.warm_up_bars :]
    wanted = [each for each in strategy.propose(bars, parameters) if given.enabled or each.action != "open"]
    return tuple(_signal(given, bars[-1], each, parameters) for each in wanted) or NoSignal("no_signal")


def is_current(bar: Bar, at: datetime) -> bool:
    """Whether the bar has closed and the one after it has not: no later bar can be missing.

    Over a weekend the last bar stops being current an hour (H1) after it closed, and rightly so: its signal
    would be about a market that is gone.
    """
    return closed_at(bar) <= at < closed_at(bar) + _duration(bar.timeframe)


def _lacking(bars: Sequence[Bar], wanted: int, at: datetime) -> str | None:
    """What is wrong with the bars, if anything."""
    if not bars:
        return "no_bars"
    if len(bars) < wanted:
        return "warming_up"
    if is_current(bars[-1], at):
        return None
    return "market_closed" if _is_pause(bars[-1], at) else "bars_not_current"


def _is_pause(last: Bar, at: datetime) -> bool:
    """Whether the last bar has closed and, by the calendar of its symbol, no later one could have."""
    return at >= closed_at(last) and nothing_closed_since(last.symbol, last.timeframe, last.opened_at, at)


def _signal(given: StrategyInput, bar: Bar, proposal: Proposal, parameters: Parameters) -> Signal:
    created_at = closed_at(bar)
    return Signal(
        signal_id=signal_id(
            given.strategy_id,
            given.symbol,
            given.timeframe,
            created_at,
            purpose=proposal.purpose,
            side=proposal.side,
        ),
        strategy_id=given.strategy_id,
        symbol=given.symbol,
        timeframe=given.timeframe,
        created_at=created_at,
        action=proposal.action,
        side=proposal.side,
        strength=proposal.strength,
        entry_price=proposal.entry_price,
        stop_loss=proposal.stop_loss,
        take_profit=proposal.take_profit,
        expires_at=created_at + parameters.valid_bars * _duration(given.timeframe),
        indicators=dict(proposal.indicators),
        opened_before=proposal.opened_before,
    )


def _duration(timeframe: Timeframe) -> timedelta:
    return timedelta(seconds=TIMEFRAME_SECONDS[timeframe])
