"""The generator's request and answer: run the strategies on the last closed bars, publish their signals."""

from typing import Annotated

from pydantic import Field

from functions.contract.base import Message
from functions.contract.scalars import Code, Count, StrategyId, Symbol, Timestamp
from functions.contract.signal import PublishedSignal


class GeneratorRequest(Message):
    """Which strategies to run; null runs all that are enabled."""

    strategy_ids: Annotated[tuple[StrategyId, ...], Field(min_length=1, max_length=100)] | None


class SkippedStrategy(Message):
    """A strategy that could not be run on a symbol, and why."""

    strategy_id: StrategyId
    symbol: Symbol
    reason: Code


class GeneratorAnswer(Message):
    """What one run of the generator did; `evaluated` counts pairs of strategy and symbol."""

    server_time: Timestamp
    evaluated: Count
    signals: Annotated[tuple[PublishedSignal, ...], Field(max_length=10_000)]
    skipped: Annotated[tuple[SkippedStrategy, ...], Field(max_length=10_000)]
