"""Whatever an account may, knows and is told: what is issued breaks none of all the rules, and each declines.

The limits are drawn and judged as in test_properties; this adds switches, clocks, missing facts and stops.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.contract.signal import Signal
from functions.director.context import AccountContext, CorrelationGroup, Halt, NewsWindow, Session
from functions.director.decide import decide
from functions.director.rules import OPEN_RULES
from tests.director.cases import AT, CREATED_AT, signal
from tests.director.test_properties import ACCOUNTS, SIGNALS, SLOW, allowed, broken, made, risked

# AT is five seconds past 14:00 on a Monday: windows of that day, and whether they are open then.
SESSIONS = {("13:00", "14:00"): False, ("14:00", "14:01"): True, ("14:01", "24:00"): False}
# Stop and target of a signal to buy at 1.1, where the broker wants ten points, and the rule that they break.
STOPS: Mapping[str | None, tuple[str | None, str]] = {
    "stop_loss_missing": (None, "1.103"),
    "stops_on_wrong_side": ("1.101", "1.103"),
    "stop_too_close": ("1.09991", "1.103"),
    None: ("1.0999", "1.1001"),
}


def mostly(usual: Any, otherwise: st.SearchStrategy[Any], once_in: int = 18) -> st.SearchStrategy[Any]:
    """The usual value, and now and then another: one broken rule hides all that come after it.

    Late rules are hidden often, and so are drawn more often. What Hypothesis draws depends on the modules a
    process has loaded: each end must be so likely that no process misses one.
    """
    return st.integers(1, once_in).flatmap(lambda drawn: otherwise if drawn == once_in else st.just(usual))


CIRCUMSTANCES = st.fixed_dictionaries(
    {
        "enabled": mostly(True, st.just(False)),
        "halt": mostly(None, st.sampled_from(["global", "account", "symbol", "strategy"])),
        "expires_after": mostly(10_800, st.integers(4, 6)),
        "max_signal_age_seconds": mostly(60, st.integers(4, 6)),
        "min_strength": mostly("0.5", st.sampled_from(["0.5999", "0.6", "0.6001"]), 6),
        "session": mostly(None, st.sampled_from(list(SESSIONS))),
        "news": st.lists(
            st.tuples(
                st.sampled_from(["EUR", "USD", "JPY", "JPY", "GBP"]), st.integers(-2, 2), st.integers(0, 1)
            ),
            max_size=1,
        ),
        "state_missing": mostly(False, st.just(True)),
        "state_silent": mostly(0, st.integers(114, 116), 6),
        "trade_allowed": mostly(True, st.just(False)),
        "instrument_missing": mostly(False, st.just(True)),
        "unknown": st.sampled_from(
            [None, None, None, None, "spread_points", "equity_marks", "losing_streak", "holdings"]
        ),
        "stops": mostly("as drawn", st.sampled_from(list(STOPS)), 4),
        "volume_min_lots": mostly("0.01", st.sampled_from(["0.5", "2"])),
        "unpriced": mostly(False, st.just(True), 3),
    }
)


def placed(asked: Signal, around: Mapping[str, Any]) -> Signal:
    """The signal with the deadline and the stops that were drawn."""
    if around["stops"] != "as drawn":
        stop_loss, take_profit = STOPS[around["stops"]]
        # Copied past the contract, which lets no signal be without a stop.
        stops = {"stop_loss": stop_loss and Decimal(stop_loss), "take_profit": Decimal(take_profit)}
        asked = signal().model_copy(update=stops)
    return asked.model_copy(update={"expires_at": CREATED_AT + timedelta(seconds=around["expires_after"])})


def circumstanced(account: AccountContext, around: Mapping[str, Any]) -> AccountContext:
    """The account under these circumstances."""
    assert account.state
    assert account.instrument
    assert account.holdings is not None
    session, halt = around["session"], around["halt"]
    limits = account.limits.model_copy(
        update={
            "max_signal_age_seconds": around["max_signal_age_seconds"],
            "min_strength": Decimal(around["min_strength"]),
            "sessions": session and (Session(day="mon", opens=session[0], closes=session[1]),),
        }
    )
    state = account.state.model_copy(
        update={
            "reported_at": CREATED_AT - timedelta(seconds=around["state_silent"]),
            "trade_allowed": around["trade_allowed"],
        }
    )
    instrument = account.instrument.model_copy(update={"volume_min_lots": Decimal(around["volume_min_lots"])})
    holdings = account.holdings
    if around["unpriced"]:
        holdings = tuple(one.model_copy(update={"price": None}) for one in holdings)
    changes: dict[str, Any] = {
        "enabled": around["enabled"],
        "halted": halt and Halt(scope=halt, value="", reason="news"),
        "limits": limits,
        "state": None if around["state_missing"] else state,
        "instrument": None if around["instrument_missing"] else instrument,
        "holdings": holdings,
        "news_windows": tuple(
            NewsWindow(currency=currency, starts_at=AT + begins, ends_at=AT + begins + lasts, label="rates")
            for currency, begins, lasts in _windows(around)
        ),
    }
    if around["unknown"]:
        changes[around["unknown"]] = None
    return account.model_copy(update=changes)


def _windows(around: Mapping[str, Any]) -> list[tuple[str, timedelta, timedelta]]:
    """From two seconds before to two after; a second long, or two."""
    second = timedelta(seconds=1)
    return [(currency, begins * second, (1 + more) * second) for currency, begins, more in around["news"]]


def forbidden(asked: Signal, account: AccountContext, around: Mapping[str, Any]) -> set[str]:
    """The rules that the circumstances break."""
    limits, unknown = account.limits, around["unknown"]
    of_money = (limits.max_net_exposure_currency, limits.max_margin_use) != (None, None)
    of_counts = (
        account.subscription.max_open_positions_strategy,
        limits.max_open_positions_currency,
        limits.max_open_positions_group,
    )
    met = {
        "account_disabled": not around["enabled"],
        "trading_halted": around["halt"] is not None,
        "signal_expired": around["expires_after"] <= 5,
        "signal_stale": around["max_signal_age_seconds"] < 5,
        "strength_below_minimum": around["min_strength"] == "0.6001",
        "outside_session": around["session"] is not None and not SESSIONS[around["session"]],
        "news_window": any(
            currency in ("EUR", "USD") and begins <= timedelta(0) < begins + lasts
            for currency, begins, lasts in _windows(around)
        ),
        "account_state_missing": around["state_missing"],
        "account_state_stale": around["state_silent"] + 5 > 120 and not around["state_missing"],
        "trade_not_allowed": not around["trade_allowed"] and not around["state_missing"],
        "instrument_unknown": around["instrument_missing"],
        "spread_missing": unknown == "spread_points" and limits.max_spread_points is not None,
        "equity_marks_missing": unknown == "equity_marks"
        and (limits.max_daily_loss, limits.max_drawdown) != (None, None),
        "losing_streak_missing": unknown == "losing_streak" and limits.max_consecutive_losses is not None,
        "holdings_missing": unknown == "holdings" and (of_money or of_counts != (None, None, None)),
        "stop_loss_missing": around["stops"] == "stop_loss_missing",
        "stops_on_wrong_side": around["stops"] == "stops_on_wrong_side",
        "stop_too_close": around["stops"] == "stop_too_close",
        # What is reversed leaves, so it needs no price.
        "holding_unpriced": around["unpriced"]
        and of_money
        and unknown != "holdings"
        and limits.opposite_positions != "reverse"
        and bool(account.holdings),
    }
    return {rule for rule, is_met in met.items() if is_met}


def test_what_is_issued_breaks_none_of_all_the_rules_and_each_of_them_declines() -> None:
    reasons: Counter[str] = Counter()

    @settings(derandomize=True, max_examples=2500, database=None, deadline=None, suppress_health_check=SLOW)
    @given(SIGNALS, ACCOUNTS, CIRCUMSTANCES)
    def holds(drawn_signal: Signal, drawn: dict[str, Any], around: dict[str, Any]) -> None:
        asked, known = placed(drawn_signal, around), made(drawn)
        account = circumstanced(known, around)
        decision = decide(asked, account, AT)
        against = forbidden(asked, account, around)
        reasons[decision.reason] += 1
        if decision.outcome == "declined":
            assert decision.directives == ()
            assert decision.reason in against or decision.reason not in forbidden_ever
            return
        assert against == set()
        assert broken(asked, known, decision) == []
        assert risked(asked, account, decision) <= allowed(drawn)
        assert account.instrument
        volume_lots = decision.directives[-1].volume_lots or Decimal(0)
        assert account.instrument.volume_min_lots <= volume_lots <= account.instrument.volume_max_lots

    holds()
    # It says something only if accounts came to each of these ends.
    assert reasons["issued"] >= 100
    assert set(reasons) == {rule.__name__ for rule in OPEN_RULES} | {"issued"}


# What is judged here by the circumstances alone: a decision may give these reasons for nothing else.
forbidden_ever = {
    "account_disabled",
    "trading_halted",
    "signal_expired",
    "signal_stale",
    "strength_below_minimum",
    "outside_session",
    "news_window",
    "account_state_missing",
    "account_state_stale",
    "trade_not_allowed",
    "instrument_unknown",
    "spread_missing",
    "equity_marks_missing",
    "losing_streak_missing",
    "stop_loss_missing",
    "stops_on_wrong_side",
}


@settings(derandomize=True, max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(SIGNALS, ACCOUNTS, CIRCUMSTANCES, st.permutations(["EUR", "USD", "JPY"]), st.permutations("abc"))
def test_the_order_of_windows_sessions_and_groups_changes_nothing(
    asked: Signal, drawn: dict[str, Any], around: dict[str, Any], currencies: list[str], groups: list[str]
) -> None:
    account = circumstanced(made(drawn), around)
    sessions = [Session(day="mon", opens=opens, closes=closes) for opens, closes in SESSIONS]

    def ordered(currencies: list[str], groups: list[str], *, backwards: bool) -> AccountContext:
        windows = [
            NewsWindow(currency=one, starts_at=AT, ends_at=AT + timedelta(hours=1), label=one)
            for one in currencies
        ]
        alike = [CorrelationGroup(group_id=one, symbols=("EURUSD",)) for one in groups]
        limits = account.limits.model_copy(
            update={"sessions": tuple(sessions[::-1] if backwards else sessions)}
        )
        named = {"news_windows": tuple(windows), "groups": tuple(alike), "limits": limits}
        return account.model_copy(update=named)

    usual = ordered(["EUR", "USD", "JPY"], ["a", "b", "c"], backwards=False)
    assert decide(asked, usual, AT) == decide(asked, ordered(currencies, groups, backwards=True), AT)
