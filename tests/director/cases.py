"""Signals and account contexts for tests of decisions: everything in order, but for what a test changes."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from functions.contract.signal import Signal
from functions.director.context import AccountContext

CREATED_AT = datetime(2026, 1, 5, 14, 0, tzinfo=UTC)
AT = CREATED_AT + timedelta(seconds=5)


def signal(**changes: Any) -> Signal:
    """A signal to buy EURUSD at 1.1 with a stop 20 pips (200 points) below and a target 30 pips above."""
    return Signal.model_validate(
        {
            "signal_id": "0b6e6a3e-6f0b-5c68-9f3c-3a8f7f0f6a01",
            "strategy_id": "trend",
            "symbol": "EURUSD",
            "timeframe": "H1",
            "created_at": CREATED_AT,
            "action": "open",
            "side": "buy",
            "strength": "0.6",
            "entry_price": "1.1",
            "stop_loss": "1.098",
            "take_profit": "1.103",
            "expires_at": CREATED_AT + timedelta(hours=3),
            "indicators": {},
            "opened_before": None,
        }
        | changes
    )


def closing_signal(**changes: Any) -> Signal:
    """A signal to close what the strategy holds of EURUSD, on both sides."""
    bare = {"action": "close", "side": None, "entry_price": None, "stop_loss": None, "take_profit": None}
    return signal(**bare | changes)


def modifying_signal(**changes: Any) -> Signal:
    """A signal to move the stop of what the strategy holds of EURUSD to 1.099, and to leave the target."""
    return closing_signal(**{"action": "modify", "stop_loss": "1.099"} | changes)


def context(**changes: Any) -> AccountContext:
    """An account of 10,000 USD that risks 1 % a trade and holds nothing; nested parts change key by key."""
    document = _document()
    for name, value in changes.items():
        nested = isinstance(value, Mapping) and isinstance(document.get(name), Mapping)
        document[name] = document[name] | value if nested else value
    return AccountContext.model_validate(document)


def exposure(directive_no: int = 1, **changes: Any) -> dict[str, Any]:
    """An open buy position of the strategy `trend` in EURUSD."""
    return {
        "directive_no": directive_no,
        "strategy_id": "trend",
        "symbol": "EURUSD",
        "side": "buy",
        "created_at": "2026-01-05T08:00:00Z",
        "volume_lots": "0.5",
        "stop_loss": None,
        "take_profit": None,
        "state": "open",
        "closing": False,
    } | changes


def holding(directive_no: int = 1, **changes: Any) -> dict[str, Any]:
    """A position of the strategy `trend`: half a lot of EURUSD bought at 1.1, worth 55,000 USD."""
    return {
        "directive_no": directive_no,
        "strategy_id": "trend",
        "symbol": "EURUSD",
        "side": "buy",
        "volume_lots": "0.5",
        "price": "1.1",
        "tick_size": "0.00001",
        "tick_value": "1",
        "state": "open",
        "changed_at": "2026-01-05T08:00:00Z",
    } | changes


def _document() -> dict[str, Any]:
    return {
        "account_id": "alpha",
        "subscription": {"risk_multiplier": "1"},
        "limits": {
            "risk_per_trade": "0.01",
            "min_strength": "0.5",
            "max_signal_age_seconds": 60,
            "max_open_positions_account": 3,
            "max_open_positions_symbol": 2,
            "volume_max_lots": "5",
            "directive_ttl_seconds": 30,
            "max_slippage_points": 20,
            "max_state_age_seconds": 120,
        },
        "enabled": True,
        "state": {
            "balance": "10000",
            "equity": "10000",
            "margin": "0",
            "free_margin": "10000",
            "currency": "USD",
            "leverage": 100,
            "hedging": True,
            "trade_allowed": True,
            "server_time_offset_seconds": 7200,
            "reported_at": CREATED_AT,
        },
        "instrument": {
            "symbol": "EURUSD",
            "digits": 5,
            "tick_size": "0.00001",
            "tick_value": "1",
            "contract_size": "100000",
            "volume_min_lots": "0.01",
            "volume_max_lots": "100",
            "volume_step_lots": "0.01",
            "stops_level_points": 10,
        },
        "halted": None,
        "open_positions_account": 0,
        "open_positions_symbol": 0,
        "exposures": [],
    }
