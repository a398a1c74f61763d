"""Who takes part in the chaos: accounts, short-sighted strategies that trade all the time, and the keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import psycopg

from scripts.tools.chaos.market import BAR, CURRENCY, OPENS_AT, SYMBOLS, TIMEFRAME
from scripts.tools.operator.documents import Account, Strategy, Subscription
from scripts.tools.operator.ledger import Operator

# How long signals and directives stay good: longer than most outages, but not than all.
_VALID_BARS = 2
_PATIENCE_SECONDS: Final = _VALID_BARS * int(BAR.total_seconds())
_STRATEGIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "both": {"fast_bars": 2, "slow_bars": 3, "sides": "both"},
    "long": {"fast_bars": 2, "slow_bars": 4, "sides": "buy"},
    "short": {"fast_bars": 2, "slow_bars": 4, "sides": "sell"},
}
_PARAMETERS: Final[Mapping[str, Any]] = {
    "atr_bars": 2,
    "stop_distance_atr": "1.5",
    "reward_to_risk": "1.5",
    "half_strength_atr": "0.05",
    "valid_bars": _VALID_BARS,
}
_LIMITS: Final[Mapping[str, Any]] = {
    "broker": "Simulated broker",
    "server": "Simulated-Demo",
    "currency": CURRENCY,
    "max_open_positions_account": 12,
    "max_open_positions_symbol": 2,
    "volume_max_lots": Decimal(5),
    "directive_ttl_seconds": _PATIENCE_SECONDS,
    "max_signal_age_seconds": _PATIENCE_SECONDS,
    # An officer that is killed again and again may not come to sync for long.
    "max_state_age_seconds": 24 * 3600,
}
_FIRST_LOGIN = 200_001


@dataclass(frozen=True, slots=True)
class Keys:
    """The API keys of all parties; officers' by account."""

    feed: str
    generator: str
    director: str
    archivist: str
    officers: Mapping[str, str]


def account_ids(officers: int) -> list[str]:
    """The accounts of so many officers."""
    return [f"chaos-{number:02}" for number in range(1, officers + 1)]


def strategies() -> list[Strategy]:
    """All of them, on every symbol."""
    return [
        Strategy(
            strategy_id=strategy_id,
            kind="ema_cross",
            symbols=SYMBOLS,
            timeframe=TIMEFRAME,
            parameters={**parameters, **_PARAMETERS},
        )
        for strategy_id, parameters in _STRATEGIES.items()
    ]


def set_the_stage(environment: Mapping[str, str], database_url: str, officers: int) -> Keys:
    """Do what an operator does before the market opens, on a ledger for play.

    Each account follows two of the three strategies, so that they do not all do the same.
    """
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("update ledger.settings set simulated_time = true where only_row")
    operator = Operator(environment, at=OPENS_AT)
    try:
        operator.make_partitions(OPENS_AT, 2)
        for strategy in strategies():
            operator.save_strategy(strategy)
        for number, account_id in enumerate(account_ids(officers)):
            _open_account(operator, number, account_id)
        return Keys(
            feed=operator.issue_key("feed", label="chaos").api_key,
            generator=operator.issue_key("generator", label="chaos").api_key,
            director=operator.issue_key("director", label="chaos").api_key,
            archivist=operator.issue_key("archivist", label="chaos").api_key,
            officers={
                account_id: operator.issue_key("officer", account_id=account_id, label="chaos").api_key
                for account_id in account_ids(officers)
            },
        )
    finally:
        operator.close()


def _open_account(operator: Operator, number: int, account_id: str) -> None:
    identity = {"account_id": account_id, "login": _FIRST_LOGIN + number}
    operator.open_account(Account.model_validate(identity | dict(_LIMITS)))
    known = list(_STRATEGIES)
    for each in range(2):
        strategy_id = known[(number + each) % len(known)]
        operator.subscribe(Subscription(account_id=account_id, strategy_id=strategy_id))
