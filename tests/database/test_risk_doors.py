"""The operator's doors to the limits that are optional: set, taken back, refused, and journaled."""

from typing import Any

import pytest

from tests.database.database import Database, Refused
from tests.support import documents
from tests.support.clock import T0, after

MONDAY = {"day": "mon", "opens": "07:00", "closes": "16:00"}
LIMITS: dict[str, Any] = {
    "max_open_positions_currency": 0,
    "max_open_positions_group": 2,
    "max_net_exposure_currency": "7.5",
    "max_daily_loss": "0.05",
    "max_drawdown": "1",
    "max_spread_points": 0,
    "max_margin_use": "0.5",
    "max_consecutive_losses": 3,
    "cool_down_seconds": 3600,
    "sessions": [MONDAY, MONDAY | {"opens": "22:00", "closes": "24:00"}],
    "opposite_positions": "ignore",
    "allow_duplicates": False,
    "equity_marks_since": "2026-01-05T12:00:00Z",
    "net_deposits": "-2500.5",
}
WRONG: list[dict[str, Any]] = [
    {"max_open_positions_currency": -1},
    {"max_open_positions_group": -1},
    {"max_net_exposure_currency": "0"},
    {"max_daily_loss": "0"},
    {"max_daily_loss": "1.01"},
    {"max_drawdown": "0"},
    {"max_drawdown": "1.01"},
    {"max_spread_points": -1},
    {"max_margin_use": "0"},
    {"max_margin_use": "1.01"},
    {"max_consecutive_losses": 0, "cool_down_seconds": 60},
    {"max_consecutive_losses": 101, "cool_down_seconds": 60},
    {"max_consecutive_losses": 3, "cool_down_seconds": 0},
    {"max_consecutive_losses": 3},
    {"cool_down_seconds": 60},
    {"opposite_positions": "close"},
    {"sessions": []},
    {"sessions": {}},
    {"sessions": [MONDAY | {"day": "monday"}]},
    {"sessions": [MONDAY | {"opens": "16:00"}]},
    {"sessions": [MONDAY | {"opens": "7:00"}]},
    {"sessions": [MONDAY | {"closes": "24:01"}]},
    {"sessions": [{"day": "mon", "opens": "07:00"}]},
    {"sessions": ["mon"]},
]
WRONG_FOLLOWING = [{"allocation": "0"}, {"allocation": "1.01"}, {"max_open_positions_strategy": -1}]
WRONG_WINDOWS = [
    {"currency": ""},
    {"label": ""},
    {"label": None},
    {"ends_at": "2026-01-05T11:00:00Z"},
    {"ends_at": "2026-01-12T11:00:01Z"},
]


def change(database: Database, changes: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = database.call(
        "operator", "change_account", p_account_id="demo-1", p_changes=changes
    )
    return answer


def test_limits_are_set_and_taken_back_and_both_is_journaled(database: Database) -> None:
    (before,) = database.rows("select * from ledger.accounts where account_id = 'demo-1'")

    assert change(database, LIMITS)["changed"]
    assert not change(database, LIMITS)["changed"]
    assert change(database, dict.fromkeys(LIMITS))["changed"]

    (now,) = database.rows("select * from ledger.accounts where account_id = 'demo-1'")
    assert now == before
    assert database.events()[-2:] == ["account.changed"] * 2
    query = "select payload from ledger.journal where entity = 'account' order by journal_id desc limit 2"
    last, set_ = (row["payload"] for row in database.rows(query))
    assert (set_["max_net_exposure_currency"], last["max_net_exposure_currency"]) == (7.5, None)
    assert set_["sessions"] == LIMITS["sessions"]


def test_an_account_is_opened_with_such_limits(database: Database) -> None:
    account = documents.account("demo-3", **LIMITS)
    database.call("operator", "open_account", p_account=account)
    (row,) = database.rows("select * from ledger.accounts where account_id = 'demo-3'")
    stored = {name: row[name] for name in ("sessions", "opposite_positions", "cool_down_seconds")}
    assert stored == {name: LIMITS[name] for name in stored}
    assert row["equity_marks_since"] == T0


@pytest.mark.parametrize("changes", WRONG, ids=str)
def test_a_limit_that_makes_no_sense_is_refused_with_a_code(
    database: Database, changes: dict[str, Any]
) -> None:
    before = database.contents()

    with pytest.raises(Refused, match="limits_invalid"):
        change(database, changes)
    with pytest.raises(Refused, match="limits_invalid"):
        database.call("operator", "open_account", p_account=documents.account("demo-3", **changes))

    assert database.contents() == before


@pytest.mark.parametrize("changes", WRONG_FOLLOWING, ids=str)
def test_a_limit_of_a_subscription_that_makes_no_sense_is_refused(
    database: Database, changes: dict[str, Any]
) -> None:
    with pytest.raises(Refused, match="limits_invalid"):
        database.call("operator", "subscribe", p_subscription=documents.subscription(**changes))


def test_a_subscription_sent_without_its_limits_has_none(database: Database) -> None:
    limited = documents.subscription(allocation="0.25", max_open_positions_strategy=2)
    for subscription in (limited, documents.subscription()):
        database.call("operator", "subscribe", p_subscription=subscription)
    query = (
        "select allocation, max_open_positions_strategy from ledger.subscriptions where account_id = 'demo-1'"
    )
    assert list(database.rows(query)[0].values()) == [None, None]
    assert database.events()[-2:] == ["subscription.changed"] * 2


@pytest.mark.parametrize("changes", WRONG_WINDOWS, ids=str)
def test_a_news_window_that_makes_no_sense_is_refused(database: Database, changes: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="limits_invalid"):
        database.call("operator", "save_news_window", p_window=documents.news_window(**changes))


@pytest.mark.parametrize(
    "group",
    [
        {"group_id": "Majors", "symbols": []},
        {"group_id": "majors"},
        {"group_id": "majors", "symbols": ["EURUSD"] * 101},
        {"group_id": "majors", "symbols": ["EURUSD", None]},
    ],
    ids=lambda group: f"{group.get('group_id')} {len(group.get('symbols') or ())}",
)
def test_a_group_that_makes_no_sense_is_refused(database: Database, group: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="limits_invalid"):
        database.call("operator", "save_correlation_group", p_group=group)


def test_a_group_and_a_window_change_and_are_journaled(database: Database) -> None:
    for symbols in (["EURUSD"], ["EURUSD"], []):
        group = {"group_id": "majors", "symbols": symbols}
        database.call("operator", "save_correlation_group", p_group=group)
    for label in ("rates", "rates", "payrolls"):
        database.call(
            "operator", "save_news_window", at=after(minutes=1), p_window=documents.news_window(label=label)
        )

    assert database.value("select symbols from ledger.correlation_groups") == []
    assert database.value("select label from ledger.news_windows") == "payrolls"
    assert database.events()[-4:] == [
        "correlation_group.added",
        "correlation_group.changed",
        "news_window.added",
        "news_window.changed",
    ]
