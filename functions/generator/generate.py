"""POST /generator: run the strategies on the last closed bars and publish the signals they give."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from functions.contract.generator import GeneratorAnswer, GeneratorRequest, SkippedStrategy
from functions.contract.scalars import parse_timestamp
from functions.contract.signal import PublishedSignal, Signal
from functions.gateway.context import Context
from functions.gateway.endpoint import endpoint
from functions.generator.evaluate import NoSignal, StrategyInput, evaluate

logger = logging.getLogger(__name__)


@endpoint(roles=frozenset({"generator"}), request=GeneratorRequest)
def generator(request: GeneratorRequest, context: Context) -> GeneratorAnswer:
    """Evaluate each strategy on each of its symbols; whoever calls twice for a bar finds duplicates.

    The present is the ledger's, so that bars, signals and limits are judged by one clock.
    """
    inputs = context.call(
        "generator_inputs", p_strategy_ids=request.strategy_ids and list(request.strategy_ids)
    )
    _note_absent(request, inputs["strategies"])
    signals, skipped = _evaluated(inputs["strategies"], parse_timestamp(inputs["at"]))
    return GeneratorAnswer(
        server_time=inputs["at"],
        evaluated=len(inputs["strategies"]),
        signals=_published(signals, context),
        skipped=skipped,
    )


def _note_absent(request: GeneratorRequest, strategies: Iterable[Mapping[str, Any]]) -> None:
    """A schedule outlives the strategies it names: one with nothing left to do is passed over, but said."""
    for absent in set(request.strategy_ids or ()) - {given["strategy_id"] for given in strategies}:
        logger.warning("strategy %s was asked for and is unknown, or disabled and holds nothing", absent)


def _evaluated(
    strategies: Iterable[Mapping[str, Any]], at: datetime
) -> tuple[list[Signal], tuple[SkippedStrategy, ...]]:
    signals: list[Signal] = []
    skipped = []
    for given in strategies:
        try:
            result = evaluate(StrategyInput.model_validate(given), at)
        except Exception:
            # One strategy's fault must not cost the others their bar.
            logger.exception("strategy %s failed on %s", given["strategy_id"], given["symbol"])
            result = NoSignal("strategy_failed")
        if isinstance(result, NoSignal):
            skipped.append(_skipped(given, result.reason))
        else:
            signals += result
    return signals, tuple(skipped)


def _published(signals: Sequence[Signal], context: Context) -> tuple[PublishedSignal, ...]:
    """Publish all at once, in one transaction, and say what became of each."""
    if not signals:
        return ()
    answer = context.call("publish_signals", p_signals=[signal.model_dump(mode="json") for signal in signals])
    outcomes = {published["signal_id"]: published["outcome"] for published in answer["signals"]}
    return tuple(_outcome(signal, outcomes[str(signal.signal_id)]) for signal in signals)


def _outcome(signal: Signal, outcome: str) -> PublishedSignal:
    if outcome == "conflict":
        logger.error(
            "signal %s of %s at %s was published before with other content: bars or parameters have changed",
            signal.signal_id,
            signal.strategy_id,
            signal.created_at,
        )
    said = signal.model_dump(include=set(PublishedSignal.model_fields))
    return PublishedSignal.model_validate(said | {"outcome": outcome})


def _skipped(given: Mapping[str, Any], reason: str) -> SkippedStrategy:
    return SkippedStrategy(strategy_id=given["strategy_id"], symbol=given["symbol"], reason=reason)
