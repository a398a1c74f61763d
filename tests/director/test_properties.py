"""Whatever accounts, limits and holdings there are: nothing issued breaks a limit, and no order matters.

The oracle is written anew, in fractions and over all that the account would hold, so that it shares neither
the arithmetic nor the shortcuts of the rules.
"""

import random
from collections import Counter
from datetime import timedelta
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.contract.decision import ProposedDecision
from functions.contract.signal import Signal
from functions.director.context import AccountContext, Exposure
from functions.director.decide import decide
from tests.director.cases import AT, context, exposure, holding, signal

# symbol -> price, tick size, tick value
QUOTED = {
    "EURUSD": ("1.1", "0.00001", "1"),
    "EURJPY": ("165", "0.001", "0.66"),
    "GBPUSD": ("1.25", "0.00001", "1"),
    "USDJPY": ("150", "0.001", "0.66"),
    "US500": ("5000", "0.1", "0.1"),
}
GROUPS = [
    {"group_id": "euro", "symbols": ["EURUSD", "EURJPY"]},
    {"group_id": "majors", "symbols": ["EURUSD", "GBPUSD", "USDJPY"]},
]
# On a busy machine drawing takes longer than hypothesis likes.
SLOW = [HealthCheck.too_slow]


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A limit, or more often none: where all were set, hardly anything would be issued."""
    return st.one_of(st.none(), st.none(), strategy)


def numbers(low: str, high: str, places: int) -> st.SearchStrategy[str]:
    return st.decimals(low, high, places=places, allow_nan=False, allow_infinity=False).map(str)


COUNTS = st.integers(0, 6)
LIMITS = st.fixed_dictionaries(
    {
        "risk_per_trade": numbers("0.001", "0.2", 3),
        "max_open_positions_account": st.integers(2, 9),
        "max_open_positions_symbol": st.integers(1, 6),
        "volume_max_lots": numbers("0.01", "20", 2),
        "max_open_positions_currency": maybe(COUNTS),
        "max_open_positions_group": maybe(COUNTS),
        "max_net_exposure_currency": maybe(numbers("0.5", "40", 1)),
        "max_daily_loss": maybe(numbers("0.2", "1", 2)),
        "max_drawdown": maybe(numbers("0.2", "1", 2)),
        "max_spread_points": maybe(st.integers(10, 30)),
        "max_margin_use": maybe(numbers("0.05", "1", 2)),
        "max_consecutive_losses": maybe(st.integers(1, 5)),
        "cool_down_seconds": st.integers(1, 7200),
        "opposite_positions": st.sampled_from([None, "hedge", "ignore", "ignore", "reverse", "reverse"]),
        "allow_duplicates": st.sampled_from([None, True, False]),
    }
)
HELD = st.fixed_dictionaries(
    {
        "symbol": st.sampled_from(["EURUSD", "EURUSD", *QUOTED]),
        "side": st.sampled_from(["buy", "sell"]),
        "strategy_id": st.sampled_from(["trend", "trend", "other"]),
        "volume_lots": numbers("0.01", "3", 2),
        "state": st.sampled_from(["open", "open", "reserved"]),
        "closing": st.booleans(),
    }
)
ACCOUNTS = st.fixed_dictionaries(
    {
        "limits": LIMITS,
        "subscription": st.fixed_dictionaries(
            {
                "risk_multiplier": numbers("0.1", "3", 1),
                "allocation": maybe(numbers("0.1", "1", 1)),
                "max_open_positions_strategy": maybe(COUNTS),
            }
        ),
        "equity": numbers("5000", "20000", 2),
        "day_start": numbers("5000", "20000", 2),
        "high_water": numbers("5000", "20000", 2),
        "margin": numbers("0", "2000", 2),
        "leverage": st.sampled_from([30, 100, 500]),
        "losses": st.integers(0, 5),
        "lost_ago": st.integers(0, 7200),
        "spread_points": st.integers(0, 30),
        "held": st.lists(HELD, max_size=5),
    }
)
SIGNALS = st.sampled_from(
    [
        signal(),
        signal(stop_loss="1.0999"),
        signal(side="sell", stop_loss="1.102", take_profit="1.097"),
        signal(side="sell", stop_loss="1.15", take_profit=None),
    ]
)


def made(drawn: dict[str, Any], account_id: str = "alpha") -> AccountContext:
    """The context that the ledger would tell of such an account."""
    holdings, exposures = [], []
    for number, one in enumerate(drawn["held"], start=1):
        price, tick_size, tick_value = QUOTED[one["symbol"]]
        shared = {name: one[name] for name in ("symbol", "side", "strategy_id", "volume_lots", "state")}
        holdings.append(holding(number, **shared, price=price, tick_size=tick_size, tick_value=tick_value))
        if one["symbol"] == "EURUSD":
            closing = one["closing"] and one["state"] == "open"
            exposures.append(exposure(number, **shared, closing=closing))
    return context(
        account_id=account_id,
        limits=drawn["limits"],
        subscription=drawn["subscription"],
        state={"equity": drawn["equity"], "margin": drawn["margin"], "leverage": drawn["leverage"]},
        equity_marks={
            "day": "2026-01-05",
            "day_start_equity": drawn["day_start"],
            "high_water_equity": drawn["high_water"],
        },
        losing_streak={
            "losses": drawn["losses"],
            "last_loss_at": AT - timedelta(seconds=drawn["lost_ago"]),
        },
        spread_points=drawn["spread_points"],
        groups=GROUPS,
        holdings=holdings,
        exposures=exposures,
        open_positions_account=len(holdings),
        open_positions_symbol=len(exposures),
    )


def after(asked: Signal, account: AccountContext, decision: ProposedDecision) -> list[dict[str, Any]]:
    """All that the account holds once the decision is carried out; the last is what it opened."""
    gone = {directive.target_directive_no for directive in decision.directives}
    if account.limits.opposite_positions == "reverse":
        # The ledger withdraws what is only reserved, or has the open wait until it is filled or given up.
        gone |= {one.directive_no for one in _beside(account) if one.side != asked.side}
    kept = [one for one in account.holdings or () if one.directive_no not in gone]
    (opened,) = [directive for directive in decision.directives if directive.action == "open"]
    new = (asked.symbol, opened.side, opened.volume_lots or 0, True, asked.strategy_id)
    held = [(one.symbol, one.side, one.volume_lots, one.state == "reserved", one.strategy_id) for one in kept]
    return [
        {
            "currencies": {symbol[:3]: 1, symbol[3:]: -1} if len(symbol) == 6 else {symbol: 1},
            "symbol": symbol,
            "strategy": strategy,
            "unreported": unreported,
            "worth": Fraction(volume) * _worth(symbol) * (1 if side == "buy" else -1),
        }
        for symbol, side, volume, unreported, strategy in [*held, new]
    ]


def _worth(symbol: str) -> Fraction:
    price, tick_size, tick_value = map(Fraction, QUOTED[symbol])
    return price / tick_size * tick_value


def broken(asked: Signal, account: AccountContext, decision: ProposedDecision) -> list[str]:
    """The limits that the account would be beyond."""
    limits, state, marks, streak = account.limits, account.state, account.equity_marks, account.losing_streak
    assert state
    assert marks
    assert streak
    assert streak.last_loss_at
    held = after(asked, account, decision)
    equity = Fraction(state.equity)
    ours = {"EUR", "USD"}
    net: Counter[str] = Counter()
    for one in held:
        for currency, sign in one["currencies"].items():
            net[currency] += sign * one["worth"]
    margin = (
        Fraction(state.margin) + sum(abs(one["worth"]) for one in held if one["unreported"]) / state.leverage
    )
    most: dict[str, tuple[Any, Any]] = {
        "account": (len(held), limits.max_open_positions_account),
        "symbol": (sum(o["symbol"] == "EURUSD" for o in held), limits.max_open_positions_symbol),
        "currency": (
            max(sum(c in o["currencies"] for o in held) for c in ours),
            limits.max_open_positions_currency,
        ),
        "group": (
            max(sum(o["symbol"] in group["symbols"] for o in held) for group in GROUPS),
            limits.max_open_positions_group,
        ),
        "strategy": (
            sum(o["strategy"] == "trend" for o in held),
            account.subscription.max_open_positions_strategy,
        ),
        "net": (max(abs(net[c]) for c in ours) / equity, _fraction(limits.max_net_exposure_currency)),
        "margin": (margin / equity, _fraction(limits.max_margin_use)),
        "spread": (account.spread_points, limits.max_spread_points),
        "volume": (abs(held[-1]["worth"]) / _worth("EURUSD"), _fraction(limits.volume_max_lots)),
    }
    beyond = [name for name, (value, limit) in most.items() if limit is not None and value > limit]
    reached = {
        "daily loss": (1 - equity / Fraction(marks.day_start_equity), _fraction(limits.max_daily_loss)),
        "drawdown": (1 - equity / Fraction(marks.high_water_equity), _fraction(limits.max_drawdown)),
    }
    beyond += [name for name, (value, limit) in reached.items() if limit is not None and value >= limit]
    if limits.max_consecutive_losses is not None and streak.losses >= limits.max_consecutive_losses:
        cooled_at = streak.last_loss_at + timedelta(seconds=limits.cool_down_seconds or 0)
        beyond += ["cool-down"] if cooled_at > AT else []
    return beyond + _mismatches(asked, account, decision)


def _beside(account: AccountContext) -> list[Exposure]:
    """What the signal's strategy holds in its symbol, or has reserved, and is not closing."""
    return [one for one in account.exposures if one.strategy_id == "trend" and not one.closing]


def _mismatches(asked: Signal, account: AccountContext, decision: ProposedDecision) -> list[str]:
    """What stands beside the open although the account wants it not to."""
    closed = {directive.target_directive_no for directive in decision.directives}
    beside = [one for one in _beside(account) if one.directive_no not in closed]
    opposite = [e for e in beside if e.side != asked.side]
    found = []
    if account.limits.allow_duplicates is False and len(beside) > len(opposite):
        found.append("duplicate")
    # What is only reserved cannot be closed by a director: the ledger withdraws it, or has the open wait.
    if account.limits.opposite_positions == "reverse" and any(e.state == "open" for e in opposite):
        found.append("not reversed")
    if account.limits.opposite_positions == "ignore" and opposite:
        found.append("not ignored")
    return found


def _fraction(limit: Any) -> Fraction | None:
    return None if limit is None else Fraction(limit)


def test_nothing_that_is_issued_breaks_a_limit_or_risks_more_than_is_allowed() -> None:
    reasons: Counter[str] = Counter()

    @settings(derandomize=True, max_examples=700, database=None, deadline=None, suppress_health_check=SLOW)
    @given(SIGNALS, ACCOUNTS)
    def holds(asked: Signal, drawn: dict[str, Any]) -> None:
        account = made(drawn)
        decision = decide(asked, account, AT)
        reasons[decision.reason] += 1
        if decision.outcome == "issued":
            assert broken(asked, account, decision) == []
            assert risked(asked, account, decision) <= allowed(drawn)

    holds()
    # It says something only if accounts came to each of these ends.
    assert reasons["issued"] >= 100
    assert set(reasons) >= {
        "max_daily_loss",
        "max_drawdown",
        "cooling_down",
        "max_spread_points",
        "duplicate_position",
        "opposite_position",
        "max_open_positions_account",
        "max_open_positions_symbol",
        "max_open_positions_strategy",
        "max_open_positions_currency",
        "max_open_positions_group",
        "max_net_exposure_currency",
        "max_margin_use",
    }


def risked(asked: Signal, account: AccountContext, decision: ProposedDecision) -> Fraction:
    """What the position loses at its stop, bought at the ask, sold at the bid; its volume is whole steps."""
    assert asked.entry_price is not None
    assert asked.stop_loss is not None
    lots = Fraction(decision.directives[-1].volume_lots or 0)
    assert lots % Fraction("0.01") == 0
    lost = abs(Fraction(asked.entry_price) - Fraction(asked.stop_loss)) / Fraction("0.00001")
    return lots * (lost + (account.spread_points or 0 if asked.side == "buy" else 0))


def allowed(drawn: dict[str, Any]) -> Fraction:
    """What the account lets one trade of the strategy lose."""
    part = Fraction(drawn["subscription"]["risk_multiplier"]) * Fraction(
        drawn["subscription"]["allocation"] or 1
    )
    return Fraction(drawn["equity"]) * Fraction(drawn["limits"]["risk_per_trade"]) * part


@settings(derandomize=True, max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(SIGNALS, st.lists(ACCOUNTS, min_size=2, max_size=5), st.integers(0, 2**32))
def test_the_order_of_accounts_and_of_what_they_hold_changes_nothing(
    asked: Signal, drawn: list[dict[str, Any]], seed: int
) -> None:
    shuffle = random.Random(seed)  # noqa: S311 - a test's shuffle
    accounts = [made(one, f"account-{number}") for number, one in enumerate(drawn)]
    shuffled = [
        account.model_copy(
            update={
                name: tuple(shuffle.sample(getattr(account, name), len(getattr(account, name))))
                for name in ("holdings", "exposures", "groups")
            }
        )
        for account in shuffle.sample(accounts, len(accounts))
    ]
    assert {one.account_id: decide(asked, one, AT) for one in accounts} == {
        one.account_id: decide(asked, one, AT) for one in shuffled
    }
