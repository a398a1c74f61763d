"""Who plays in the demo: two accounts with different limits, two strategies, and the keys of all parties."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from functions.contract.bar import TIMEFRAME_SECONDS
from functions.contract.scalars import timestamp_text
from mql5.simulator.officer_process import Setup
from scripts.tools.demo.bars_file import BarsFile
from scripts.tools.operator.documents import Account, Strategy, Subscription
from scripts.tools.operator.ledger import Operator

BALANCE = Decimal(10_000)
LEVERAGE = 100
COMMISSION_PER_LOT = Decimal("3.5")
_BROKER, _SERVER = "Simulated broker", "Simulated-Demo"

# Short averages, so that there is something to see; nobody should trade them for profit.
_STRATEGIES: Mapping[str, Mapping[str, Any]] = {
    "cross-both": {"fast_bars": 6, "slow_bars": 15, "atr_bars": 7, "sides": "both"},
    "cross-long": {"fast_bars": 4, "slow_bars": 10, "atr_bars": 5, "sides": "buy"},
}
_PARAMETERS: Mapping[str, Any] = {
    "stop_distance_atr": "2",
    "reward_to_risk": "1.5",
    "half_strength_atr": "0.05",
    "valid_bars": 1,
}
# The second account is the careful one, so that the two decide differently on the same signals.
_ACCOUNTS: Mapping[str, Mapping[str, Any]] = {
    "demo-1": {
        "login": 100_001,
        "risk_per_trade": "0.01",
        "max_open_positions_account": 4,
        "max_open_positions_symbol": 3,
        "volume_max_lots": "10",
    },
    "demo-2": {
        "login": 100_002,
        "risk_per_trade": "0.005",
        "min_strength": "0.3",
        "max_open_positions_account": 1,
        "max_open_positions_symbol": 1,
        "volume_max_lots": "2",
    },
}


@dataclass(frozen=True, slots=True)
class Keys:
    """The API keys of all parties; officers' by account."""

    feed: str
    generator: str
    director: str
    officers: Mapping[str, str]


def strategies(file: BarsFile) -> list[Strategy]:
    """The strategies, on the symbol and timeframe of the bars."""
    return [
        Strategy(
            strategy_id=strategy_id,
            kind="ema_cross",
            symbols=(file.symbol,),
            timeframe=file.timeframe,
            parameters={**parameters, **_PARAMETERS},
        )
        for strategy_id, parameters in _STRATEGIES.items()
    ]


def account_ids() -> list[str]:
    """Everybody who trades."""
    return list(_ACCOUNTS)


def setup(
    file: BarsFile,
    account_id: str,
    *,
    contract_size: Decimal,
    at: datetime,
    folder: Path,
    inputs: Mapping[str, str],
) -> Setup:
    """An account at a broker that quotes the bars of the file, and a terminal with the officer on a chart."""
    return Setup(
        at=timestamp_text(at),
        folder=folder,
        symbol=file.symbol,
        inputs=inputs,
        account={
            "login": _ACCOUNTS[account_id]["login"],
            "currency": _currency(file.symbol),
            "balance": str(BALANCE),
            "leverage": LEVERAGE,
            "company": _BROKER,
            "server": _SERVER,
        },
        instruments=(instrument(file, contract_size),),
    )


def set_the_stage(file: BarsFile, environment: Mapping[str, str], at: datetime, until: datetime) -> Keys:
    """Do what an operator does before the first bar: months, accounts, strategies, subscriptions, keys.

    environment: which ledger, as the functions read it.
    at: the simulated moment it is done at; until: when the last bar closes.
    """
    operator = Operator(environment, at=at)
    try:
        operator.make_partitions(at, _months(at, until))
        for account in accounts(file):
            operator.open_account(account)
        for strategy in strategies(file):
            operator.save_strategy(strategy)
            for account_id in _ACCOUNTS:
                operator.subscribe(Subscription(account_id=account_id, strategy_id=strategy.strategy_id))
        return _keys(operator)
    finally:
        operator.close()


def accounts(file: BarsFile) -> list[Account]:
    """The accounts with their limits, kept in the currency that the symbol is quoted in."""
    # An officer syncs whenever there are signals, before they are decided.
    state_age = 2 * _bar_length(file)
    common = {
        "broker": _BROKER,
        "server": _SERVER,
        "currency": _currency(file.symbol),
        "max_state_age_seconds": int(state_age.total_seconds()),
    }
    return [
        Account.model_validate({"account_id": account_id} | common | dict(limits))
        for account_id, limits in _ACCOUNTS.items()
    ]


def _keys(operator: Operator) -> Keys:
    return Keys(
        feed=operator.issue_key("feed", label="demo").api_key,
        generator=operator.issue_key("generator", label="demo").api_key,
        director=operator.issue_key("director", label="demo").api_key,
        officers={
            account_id: operator.issue_key("officer", account_id=account_id, label="demo").api_key
            for account_id in _ACCOUNTS
        },
    )


def instrument(file: BarsFile, contract_size: Decimal) -> dict[str, Any]:
    """The contract specification of the symbol, as the simulated broker gives it, and its commission."""
    tick_size = Decimal(1).scaleb(-file.digits)
    return {
        "symbol": file.symbol,
        "digits": file.digits,
        "tick_size": f"{tick_size:f}",
        "tick_value": f"{tick_size * contract_size:f}",
        "contract_size": f"{contract_size:f}",
        "volume_min_lots": "0.01",
        "volume_max_lots": "50",
        "volume_step_lots": "0.01",
        "stops_level_points": 0,
        "commission_per_lot": str(COMMISSION_PER_LOT),
    }


def _currency(symbol: str) -> str:
    """The quote currency, in which the demo's accounts are kept, so that nothing has to be converted."""
    quote = symbol[3:6].upper()
    return quote if len(quote) == 3 and quote.isascii() and quote.isalpha() else "USD"


def _bar_length(file: BarsFile) -> timedelta:
    return timedelta(seconds=TIMEFRAME_SECONDS[file.timeframe])


def _months(first: datetime, last: datetime) -> int:
    return (last.year - first.year) * 12 + last.month - first.month + 1
