"""Small worlds for the engine: bars written as prices, an account, a broker, trades with known results."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from functions.contract.account import Instrument
from functions.contract.bar import Bar
from functions.director.context import Subscription
from scripts.tools.backtest.engine.broker import Broker, Order
from scripts.tools.backtest.engine.positions import Trade
from scripts.tools.backtest.engine.result import AccountResult, Point
from scripts.tools.backtest.engine.setup import AccountSetup, Costs, Setup
from scripts.tools.operator.documents import Limits, Strategy

# A Monday.
T0 = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
INSTRUMENT = Instrument.model_validate(
    {
        "symbol": "EURUSD",
        "digits": 5,
        "tick_size": "0.00001",
        "tick_value": "1",
        "contract_size": "100000",
        "volume_min_lots": "0.01",
        "volume_max_lots": "50",
        "volume_step_lots": "0.01",
        "stops_level_points": 0,
    }
)
STORY = UUID("0b6e6a3e-6f0b-5c68-9f3c-3a8f7f0f6a01")


def bar(prices: str, *, hours: int = 0, spread_points: int = 10) -> Bar:
    """The hour that begins some hours after T0, as `open high low close`."""
    opened, high, low, close = map(Decimal, prices.split())
    return Bar(
        symbol="EURUSD",
        timeframe="H1",
        opened_at=T0 + hours * HOUR,
        open=opened,
        high=high,
        low=low,
        close=close,
        tick_volume=1,
        spread_points=spread_points,
    )


def flat(hours: int, price: str = "1.10000", spread_points: int = 10) -> Bar:
    """An hour in which nothing happens."""
    return bar(" ".join([price] * 4), hours=hours, spread_points=spread_points)


def account(**changes: Any) -> AccountSetup:
    """10,000 USD at 1:100 with generous limits, on UTC, following `trend`."""
    values: dict[str, Any] = {
        "account_id": "demo-1",
        "currency": "USD",
        "balance": Decimal(10_000),
        "leverage": 100,
        "server_time_offset_seconds": 0,
        "limits": Limits(
            max_open_positions_account=10,
            max_open_positions_symbol=10,
            volume_max_lots=Decimal(10),
            max_state_age_seconds=7_200,
        ),
        "subscriptions": {"trend": Subscription(risk_multiplier=Decimal(1))},
    }
    return AccountSetup(**values | changes)


def strategy(**parameters: Any) -> Strategy:
    """Averages so short that a few bars are enough."""
    return Strategy.model_validate(
        {
            "strategy_id": "trend",
            "kind": "ema_cross",
            "symbols": ["EURUSD"],
            "timeframe": "H1",
            "parameters": {
                "fast_bars": 2,
                "slow_bars": 3,
                "atr_bars": 2,
                "sides": "both",
                "stop_distance_atr": "2",
                "reward_to_risk": "1.5",
                "half_strength_atr": "0.05",
                "valid_bars": 1,
            }
            | parameters,
        }
    )


def setup(costs: Costs | None = None, accounts: Sequence[AccountSetup] = ()) -> Setup:
    """One account and one strategy, unless others are given."""
    return Setup(INSTRUMENT, costs or Costs(), tuple(accounts) or (account(),), (strategy(),))


def broker(first: Bar, costs: Costs | None = None, **changes: Any) -> Broker:
    """A broker that has just quoted the first price of a bar."""
    made = Broker(account(**changes), INSTRUMENT, costs or Costs())
    made.jump(first, first.opened_at)
    return made


def order(number: int = 1, **changes: Any) -> Order:
    """Buy a tenth of a lot, without stops."""
    values: dict[str, Any] = {
        "directive_no": number,
        "signal_id": STORY,
        "story_at": T0,
        "entry_price": Decimal("1.1"),
        "strategy_id": "trend",
        "symbol": "EURUSD",
        "side": "buy",
        "volume_lots": Decimal("0.10"),
        "stop_loss": None,
        "take_profit": None,
    }
    return Order(**values | changes)


def trade(net: str, *, risk: str | None = "100", hours: int = 1, number: int = 1) -> Trade:
    """A trade that gained so much, half a dollar of which was commission, and lasted so many hours."""
    return Trade(
        account_id="demo-1",
        strategy_id="trend",
        signal_id=STORY,
        directive_no=number,
        symbol="EURUSD",
        side="buy",
        volume_lots=Decimal("0.1"),
        opened_at=T0,
        open_price=Decimal("1.1"),
        stop_loss=None,
        take_profit=None,
        closed_at=T0 + hours * HOUR,
        close_price=Decimal("1.1"),
        reason="expert",
        profit=Decimal(net) + Decimal("0.5"),
        commission=Decimal("-0.5"),
        closing_commission=Decimal("-0.25"),
        swap=Decimal(0),
        spread_cost=Decimal(0),
        slippage_cost=Decimal(0),
        risk_amount=None if risk is None else Decimal(risk),
    )


def result(
    equities: Sequence[int | str],
    trades: Sequence[Trade] = (),
    *,
    every: timedelta = timedelta(days=1),
    positions: Sequence[int] = (),
) -> AccountResult:
    """An account that began with the first equity, and had the others at the closes of bars after it."""
    deposit, *values = map(Decimal, equities)
    held = positions or [0] * len(values)
    curve = tuple(
        Point(T0 + number * every, value, value, held[number - 1])
        for number, value in enumerate(values, start=1)
    )
    return AccountResult(
        account_id="demo-1",
        currency="USD",
        server_time_offset_seconds=0,
        began_at=T0,
        deposit=deposit,
        balance=values[-1],
        equity=values[-1],
        curve=curve,
        trades=tuple(trades),
        positions=(),
        decisions=(),
        directives=(),
    )
