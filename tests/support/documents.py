"""Documents with which a project is filled: complete and valid, each key open to change."""

import secrets
import string
from datetime import datetime, timedelta
from typing import Any

from functions.contract.scalars import timestamp_text
from tests.support.clock import T0


def account(account_id: str = "demo-1", **changes: Any) -> dict[str, Any]:
    """What opens an account, with generous limits; its login follows from its name."""
    return {
        "account_id": account_id,
        "broker": "Example Broker",
        "login": 1_000_000 + sum(byte << (8 * place) for place, byte in enumerate(account_id.encode()[-3:])),
        "server": "Example-Demo",
        "currency": "EUR",
        "enabled": True,
        "risk_per_trade": "0.01",
        "min_strength": "0",
        "max_signal_age_seconds": 600,
        "max_open_positions_account": 10,
        "max_open_positions_symbol": 5,
        "volume_max_lots": "10",
        "directive_ttl_seconds": 300,
        "max_slippage_points": 20,
        "max_state_age_seconds": 600,
        "max_in_flight": 10,
        "takeover_seconds": 120,
    } | changes


def strategy(strategy_id: str = "cross-h1", **changes: Any) -> dict[str, Any]:
    """What saves a strategy: a crossing of two averages on EURUSD H1, read from the feed."""
    return {
        "strategy_id": strategy_id,
        "kind": "ema_cross",
        "symbols": ["EURUSD"],
        "timeframe": "H1",
        "bar_source": "feed",
        "parameters": {
            "fast_bars": 12,
            "slow_bars": 26,
            "atr_bars": 14,
            "stop_distance_atr": "2",
            "reward_to_risk": "2",
            "half_strength_atr": "0.1",
            "sides": "both",
            "valid_bars": 2,
        },
        "warm_up_bars": 281,
        "enabled": True,
    } | changes


def subscription(account_id: str = "demo-1", strategy_id: str = "cross-h1", **changes: Any) -> dict[str, Any]:
    """What lets an account follow a strategy."""
    return {
        "account_id": account_id,
        "strategy_id": strategy_id,
        "risk_multiplier": "1",
        "enabled": True,
    } | changes


def news_window(currency: str = "USD", **changes: Any) -> dict[str, Any]:
    """What lets nothing be opened in a currency from an hour before T0 to an hour after."""
    return {
        "currency": currency,
        "starts_at": timestamp_text(T0 - timedelta(hours=1)),
        "ends_at": timestamp_text(T0 + timedelta(hours=1)),
        "label": "interest rates",
        "enabled": True,
    } | changes


def signal(signal_id: str, *, created_at: datetime = T0, **changes: Any) -> dict[str, Any]:
    """A signal of the strategy above to buy EURUSD, good for an hour."""
    return {
        "signal_id": signal_id,
        "strategy_id": "cross-h1",
        "symbol": "EURUSD",
        "timeframe": "H1",
        "created_at": timestamp_text(created_at),
        "action": "open",
        "side": "buy",
        "strength": "0.8",
        "entry_price": "1.1",
        "stop_loss": "1.095",
        "take_profit": "1.11",
        "expires_at": timestamp_text(created_at + timedelta(hours=1)),
        "indicators": {},
        "opened_before": None,
    } | changes


def account_state(**changes: Any) -> dict[str, Any]:
    """What an officer reports of a hedging account with 10,000 EUR and nothing open."""
    return {
        "balance": "10000",
        "equity": "10000",
        "margin": "0",
        "free_margin": "10000",
        "currency": "EUR",
        "leverage": 100,
        "hedging": True,
        "trade_allowed": True,
        "server_time_offset_seconds": 7200,
    } | changes


def instrument(symbol: str = "EURUSD", **changes: Any) -> dict[str, Any]:
    """The specification of a five-digit currency pair."""
    return {
        "symbol": symbol,
        "digits": 5,
        "tick_size": "0.00001",
        "tick_value": "0.9",
        "contract_size": "100000",
        "volume_min_lots": "0.01",
        "volume_max_lots": "50",
        "volume_step_lots": "0.01",
        "stops_level_points": 0,
    } | changes


def sync_request(instance_id: str, **changes: Any) -> dict[str, Any]:
    """What an officer with one instrument and no positions sends to /sync."""
    return {
        "instance_id": instance_id,
        "account": account_state(),
        "instruments": [instrument()],
        "positions": [],
        "orders": [],
    } | changes


def key_parts() -> tuple[str, str]:
    """A new key id and secret, as random as real ones."""
    alphabet = string.ascii_lowercase + string.digits
    return "".join(secrets.choice(alphabet) for _ in range(12)), secrets.token_urlsafe(32)
