"""Parameters of every kind of strategy, short enough for drawn bars and busy enough on real ones."""

from collections.abc import Mapping
from typing import Any

from tests.generator.bars import PARAMETERS

# No way out but stop and target.
NO_EXITS: dict[str, Any] = {"trailing_stop": None, "max_age_bars": None, "opposite": "ignore"}
COMMON: dict[str, Any] = {
    "atr_bars": 5,
    "stop": {"kind": "atr", "distance_atr": "2"},
    "reward_to_risk": "1.5",
    "sides": "both",
    "exits": NO_EXITS,
    "valid_bars": 2,
}
RECIPES: Mapping[str, dict[str, Any]] = {
    "bollinger_squeeze": COMMON
    | {
        "average_bars": 10,
        "band_deviations": "2",
        "keltner_atr": "1.5",
        "squeeze_bars": 3,
        "half_strength_atr": "1",
    },
    "donchian_breakout": COMMON | {"channel_bars": 20, "half_strength_widths": "0.1"},
    "ema_cross": PARAMETERS,
    "macd_cross": COMMON
    | {"fast_bars": 5, "slow_bars": 10, "signal_bars": 4, "half_strength_permille": "0.05"},
    "rsi_reversion": COMMON | {"rsi_bars": 5, "oversold": 25, "overbought": 75},
    "trend_pullback": COMMON
    | {
        "trend_factor": 4,
        "trend_bars": 5,
        "rsi_bars": 3,
        "pullback_rsi": 30,
        "half_strength_permille": "1",
    },
}


def recipe(kind: str, **changes: Any) -> dict[str, Any]:
    """The parameters of a kind, changed."""
    return RECIPES[kind] | changes
