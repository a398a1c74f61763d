"""The strategies there are, by kind; adding one takes a file beside this one and a line here.

Strategies of your own need no change here: a package that names them under the entry point group
`distortsignals.strategies` brings them along when it is installed beside the functions.
"""

import logging
from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from typing import Any

from pydantic import ValidationError

from functions.contract.problems import Problem
from functions.generator.strategies.base import AnyStrategy, Parameters, Strategy
from functions.generator.strategies.bollinger_squeeze import BOLLINGER_SQUEEZE
from functions.generator.strategies.donchian_breakout import DONCHIAN_BREAKOUT
from functions.generator.strategies.ema_cross import EMA_CROSS
from functions.generator.strategies.macd_cross import MACD_CROSS
from functions.generator.strategies.rsi_reversion import RSI_REVERSION
from functions.generator.strategies.trend_pullback import TREND_PULLBACK

logger = logging.getLogger(__name__)

ENTRY_POINTS = "distortsignals.strategies"

STRATEGIES: Mapping[str, AnyStrategy] = {
    strategy.kind: strategy
    for strategy in (
        BOLLINGER_SQUEEZE,
        DONCHIAN_BREAKOUT,
        EMA_CROSS,
        MACD_CROSS,
        RSI_REVERSION,
        TREND_PULLBACK,
    )
}


def strategy_of(kind: str) -> AnyStrategy | None:
    """The strategy of this kind, ours or an installed package's; None if there is none."""
    return STRATEGIES.get(kind) or _installed().get(kind)


def required_bars(kind: str, parameters: Mapping[str, Any]) -> int:
    """How many closed bars a strategy of this kind needs with these parameters: the `warm_up_bars` to save.

    Raises Problem `strategy_parameters_invalid` if the kind is unknown or the parameters do not fit it.
    """
    strategy = strategy_of(kind)
    if strategy is None:
        known = ", ".join(sorted({*STRATEGIES, *_installed()}))
        raise Problem(
            "strategy_parameters_invalid",
            f"There is no strategy of kind {kind!r}.",
            hint=f"Use one of: {known}.",
        )
    return parsed_parameters(strategy, parameters).warm_up_bars


def parsed_parameters(strategy: AnyStrategy, parameters: Mapping[str, Any]) -> Parameters:
    """The parameters as the strategy's own model; raises Problem `strategy_parameters_invalid`."""
    try:
        model: Parameters = strategy.parameters.model_validate(parameters)
    except ValidationError as error:
        raise Problem("strategy_parameters_invalid", _sentence(strategy.kind, error)) from error
    return model


@cache
def _installed() -> Mapping[str, AnyStrategy]:
    """What other packages bring; one that cannot be loaded costs nobody else a bar."""
    found: dict[str, AnyStrategy] = {}
    for point in entry_points(group=ENTRY_POINTS):
        try:
            strategy = point.load()
        except Exception:
            logger.exception("the strategy %s could not be loaded", point.value)
            continue
        if not isinstance(strategy, Strategy):
            logger.error("%s is not a strategy", point.value)
        elif strategy.kind in STRATEGIES or strategy.kind in found:
            # Which one runs must not depend on what else is installed.
            logger.error("%s: there is a strategy of kind %s already", point.value, strategy.kind)
        else:
            found[strategy.kind] = strategy
    return found


def _sentence(kind: str, error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False)[0]
    where = "/".join(str(part) for part in first["loc"]) or "as a whole"
    return f"The parameters of {kind} are not valid ({where}): {first['msg']}."
