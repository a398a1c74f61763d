"""The strategies there are, by kind; adding one takes a file beside this one and a line here."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from functions.contract.problems import Problem
from functions.generator.strategies.base import AnyStrategy, Parameters
from functions.generator.strategies.ema_cross import EMA_CROSS

STRATEGIES: Mapping[str, AnyStrategy] = {strategy.kind: strategy for strategy in (EMA_CROSS,)}


def required_bars(kind: str, parameters: Mapping[str, Any]) -> int:
    """How many closed bars a strategy of this kind needs with these parameters: the `warm_up_bars` to save.

    Raises Problem `strategy_parameters_invalid` if the kind is unknown or the parameters do not fit it.
    """
    strategy = STRATEGIES.get(kind)
    if strategy is None:
        known = ", ".join(sorted(STRATEGIES))
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


def _sentence(kind: str, error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False)[0]
    where = "/".join(str(part) for part in first["loc"]) or "as a whole"
    return f"The parameters of {kind} are not valid ({where}): {first['msg']}."
