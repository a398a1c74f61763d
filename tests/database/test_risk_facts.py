"""What a decision on an open is told of its account, its holdings and the market, and when."""

from datetime import datetime
from typing import Any

import pytest

from functions.contract.scalars import timestamp_text
from tests.database.database import Database
from tests.database.directing import (
    facts,
    sync,
)
from tests.database.story import (
    acknowledge,
    change,
    closing,
    directive,
    event,
    opened,
    opening,
    report,
)
from tests.support import documents
from tests.support.clock import T0, after


def bar(database: Database, source: str, spread_points: int, opened_at: datetime) -> None:
    made = {
        "symbol": "EURUSD",
        "timeframe": "H1",
        "opened_at": timestamp_text(opened_at),
        "open": "1.1",
        "high": "1.1",
        "low": "1.1",
        "close": "1.1",
        "tick_volume": 1,
        "spread_points": spread_points,
    }
    account_id = "demo-1" if source == "officer" else None
    database.call(source, "store_bars", account_id=account_id, at=after(hours=2), p_bars=[made])


def test_an_account_without_such_limits_is_told_nothing_more(database: Database) -> None:
    new = {"equity_marks", "holdings", "exposures_token", "losing_streak", "spread_points", "groups"}
    context = facts(database)
    assert not new & set(context)
    assert set(context["subscription"]) == {"risk_multiplier"}


def test_a_close_is_told_of_no_limit_whatever_the_account_has(database: Database) -> None:
    change(database, max_drawdown="0.1", max_margin_use="0.5")
    context = facts(database, action="close", side=None)
    assert not {"equity_marks", "holdings", "exposures_token"} & set(context)


def test_the_limits_of_account_and_subscription_are_told_exactly(database: Database) -> None:
    limits: dict[str, Any] = {
        "max_open_positions_currency": 3,
        "max_open_positions_group": 2,
        "max_net_exposure_currency": "7.5",
        "max_daily_loss": "0.05",
        "max_drawdown": "0.1",
        "max_spread_points": 12,
        "max_margin_use": "0.5",
        "max_consecutive_losses": 3,
        "cool_down_seconds": 3600,
        "sessions": [{"day": "mon", "opens": "07:00", "closes": "16:00"}],
        "opposite_positions": "reverse",
        "allow_duplicates": False,
    }
    change(database, **limits)
    subscription = documents.subscription(allocation="0.5", max_open_positions_strategy=4)
    database.call("operator", "subscribe", p_subscription=subscription)

    context = facts(database)

    assert {name: context["limits"][name] for name in limits} == limits
    expected = {"risk_multiplier": "1", "allocation": "0.5", "max_open_positions_strategy": 4}
    assert context["subscription"] == expected


def test_holdings_are_told_in_every_symbol_with_what_values_them(database: Database) -> None:
    held = opened(database, "held", volume_lots="2")
    close = directive(database, "close", closing(held.no, volume_lots="0.5"))
    acknowledge(database, close.id)
    report(database, event(close.id, "position_closed", volume_lots="0.5"), at=after(minutes=1))
    other = directive(
        database, "reserved", opening(side="sell"), symbol="GBPUSD", side="sell", entry_price="1.25"
    )

    change(database, max_net_exposure_currency="10")
    assert facts(database)["holdings"] == [
        {
            "directive_no": held.no,
            "strategy_id": "cross-h1",
            "symbol": "EURUSD",
            "side": "buy",
            "volume_lots": "1.5",
            "price": "1.1",
            "tick_size": "0.00001",
            "tick_value": "0.9",
            "state": "open",
            "changed_at": timestamp_text(after(minutes=1)),
        },
        {
            "directive_no": other.no,
            "strategy_id": "cross-h1",
            "symbol": "GBPUSD",
            "side": "sell",
            "volume_lots": "1",
            "price": "1.25",
            "state": "reserved",
            "changed_at": timestamp_text(T0),
        },
    ]


def test_the_spread_is_the_accounts_own_before_the_strategys_and_never_an_old_one(database: Database) -> None:
    change(database, max_spread_points=10)
    bar(database, "officer", 7, after(hours=-2))
    nothing = "spread_points" in facts(database)
    told = []
    for source, spread in (("feed", 5), ("officer", 9)):
        bar(database, source, spread, after(hours=-1))
        (waiting,) = database.call("director", "pending_signals", p_max_signals=10)["signals"]
        told.append(waiting["accounts"][0]["spread_points"])

    assert (nothing, told) == (False, [5, 9])


def test_an_instrument_that_the_terminal_no_longer_shows_is_told_no_more_until_it_does(
    database: Database,
) -> None:
    opened(database, "held")
    change(database, max_margin_use="1")
    told = [facts(database)]
    for minutes, instruments in ((1, []), (3, [documents.instrument()])):
        sync(database, "10000", after(minutes=minutes), instruments=instruments)
        (waiting,) = database.call("director", "pending_signals", p_max_signals=10)["signals"]
        told.append(waiting["accounts"][0])

    assert [one["instrument"] is not None for one in told] == [True, False, True]
    assert ["tick_value" in one["holdings"][0] for one in told] == [True, False, True]


def test_a_sync_that_was_held_up_on_its_way_hides_no_instrument(database: Database) -> None:
    sync(database, "10000", after(minutes=2))
    sync(database, "10000", after(minutes=1), instruments=[])
    assert facts(database)["instrument"] is not None


@pytest.mark.parametrize(("source", "told"), [("feed", None), ("officer", 0)])
def test_a_feed_that_says_0_knows_no_spread_and_a_terminal_that_does_has_none(
    database: Database, source: str, told: int | None
) -> None:
    change(database, max_spread_points=10)
    bar(database, source, 0, after(hours=-1))
    assert facts(database).get("spread_points") == told


def test_the_spread_is_told_of_an_account_without_a_limit_to_it_for_buys_are_sized_by_it(
    database: Database,
) -> None:
    bar(database, "feed", 5, after(hours=-1))
    assert facts(database)["spread_points"] == 5


def test_groups_of_the_symbol_are_told_and_a_group_given_up_is_not(database: Database) -> None:
    change(database, max_open_positions_group=1)
    for group_id, symbols in (("majors", ["EURUSD", "GBPUSD"]), ("yen", ["USDJPY"]), ("gone", [])):
        group = {"group_id": group_id, "symbols": symbols}
        database.call("operator", "save_correlation_group", p_group=group)

    assert facts(database)["groups"] == [{"group_id": "majors", "symbols": ["EURUSD", "GBPUSD"]}]


@pytest.mark.parametrize(("minutes", "told"), [(-71, False), (-70, True), (59, True), (60, False)])
def test_news_windows_are_told_while_they_last_and_while_a_directive_could_meet_them(
    database: Database, minutes: int, *, told: bool
) -> None:
    change(database, directive_ttl_seconds=600)
    database.call("operator", "save_news_window", p_window=documents.news_window())
    assert ("news_windows" in facts(database, at=after(minutes=minutes))) == told


def test_a_news_window_called_off_is_told_no_more(database: Database) -> None:
    for enabled in (True, False):
        database.call("operator", "save_news_window", p_window=documents.news_window(enabled=enabled))
    assert "news_windows" not in facts(database)
    assert database.events()[-3:-1] == ["news_window.added", "news_window.changed"]
