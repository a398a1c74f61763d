"""The signals of one strategy over all bars, each evaluated once, by the generator's own function."""

from collections.abc import Sequence

from functions.contract.bar import Bar, closed_at
from functions.contract.signal import Signal
from functions.generator.evaluate import NoSignal, StrategyInput, evaluate
from scripts.tools.demo.schedule import GENERATOR
from scripts.tools.operator.documents import Strategy


class Signals:
    """What a strategy says at each bar. It knows no account, so runs over the same bars may share it."""

    def __init__(self, strategy: Strategy, bars: Sequence[Bar]) -> None:
        self.strategy = strategy
        self._bars = tuple(bars)
        self._known: dict[int, tuple[Signal, ...]] = {}

    def at(self, number: int) -> tuple[Signal, ...]:
        """The signals of the bar with that number, once it has closed."""
        if number not in self._known:
            self._known[number] = self._evaluated(number)
        return self._known[number]

    def _evaluated(self, number: int) -> tuple[Signal, ...]:
        bar = self._bars[number]
        strategy = self.strategy
        if bar.symbol not in strategy.symbols:
            return ()
        # Built without validation: the bars are valid, and to check them all at every bar would take longer
        # than the strategy does.
        given = StrategyInput.model_construct(
            strategy_id=strategy.strategy_id,
            kind=strategy.kind,
            symbol=bar.symbol,
            timeframe=strategy.timeframe,
            parameters=strategy.parameters,
            bars=self._bars[max(0, number + 1 - strategy.warm_up_bars) : number + 1],
        )
        result = evaluate(given, closed_at(bar) + GENERATOR)
        return () if isinstance(result, NoSignal) else result
