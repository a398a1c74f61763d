"""What a director saw may have changed until it commits."""

from typing import Any

import pytest
from psycopg.types.json import Jsonb

from functions.contract.scalars import timestamp_text
from tests.database.database import Database
from tests.database.directing import looked, outcome, recorded, run, seen, signal_status, token
from tests.database.race import numbered, race
from tests.database.story import (
    FIRST_EA,
    acknowledge,
    change,
    closing,
    decide,
    decline,
    directive,
    event,
    halt,
    issue,
    issued,
    opened,
    publish,
    report,
    signal,
    uuid_of,
)
from tests.support import documents
from tests.support.clock import T0, after

ASKS = [
    {"max_open_positions_currency": 9},
    {"max_open_positions_group": 9},
    {"max_net_exposure_currency": "9"},
    {"max_margin_use": "0.9"},
    {"allow_duplicates": False},
    {"opposite_positions": "ignore"},
    {"opposite_positions": "reverse"},
]


@pytest.mark.parametrize("limits", ASKS)
def test_an_open_judged_by_what_the_account_holds_stands_while_it_holds_just_that(
    database: Database, limits: dict[str, Any]
) -> None:
    opened(database, "held")
    change(database, **limits)
    publish(database, signal())

    assert outcome(database, "signal", seen(issue(), token(database))) == [("issued", "issued")]


@pytest.mark.parametrize("limits", ASKS)
@pytest.mark.parametrize("told", [None, "0" * 32])
def test_an_open_judged_by_other_holdings_is_not_recorded_and_waits(
    database: Database, limits: dict[str, Any], told: str | None
) -> None:
    change(database, **limits)
    publish(database, signal())

    assert outcome(database, "signal", seen(issue(), told)) == []
    assert issued(database, "signal") == []


def test_an_open_of_a_strategy_that_was_disabled_meanwhile_is_declined(database: Database) -> None:
    publish(database, signal())
    database.call("operator", "save_strategy", p_strategy=documents.strategy(enabled=False))

    assert outcome(database, "signal", issue()) == [("declined", "strategy_disabled")]


def test_an_open_that_a_halt_meets_when_it_is_recorded_names_the_halt(database: Database) -> None:
    publish(database, signal())
    halt(database, "symbol", "EURUSD")

    assert outcome(database, "signal", issue()) == [("declined", "trading_halted")]
    (row,) = database.rows("select numbers from ledger.risk_decisions")
    named = {name: value for name, value in row["numbers"].items() if name.startswith("halt")}
    assert named == {"halt_scope": "symbol", "halt_value": "EURUSD", "halt_reason": "a test says so"}


@pytest.mark.parametrize("happened", ["issued", "filled", "partly closed", "sent to be closed"])
def test_whatever_happens_to_its_holdings_makes_an_account_another(database: Database, happened: str) -> None:
    held = opened(database, "held")
    waiting = directive(database, "waiting", symbol="GBPUSD")
    acknowledge(database, waiting.id)
    change(database, max_margin_use="0.5")
    before = token(database)
    change(database, max_margin_use=None)
    match happened:
        case "issued":
            directive(database, "another")
        case "filled":
            report(database, event(waiting.id))
        case "partly closed":
            report(database, event(held.id, "position_closed", volume_lots="0.1", reason="client"))
        case _:
            directive(database, "close", closing(held.no))
    change(database, max_margin_use="0.5")
    publish(database, signal())

    assert outcome(database, "signal", seen(issue(), before)) == []
    assert outcome(database, "signal", seen(issue(), token(database))) == [("issued", "issued")]


def test_an_account_without_such_a_limit_needs_no_token(database: Database) -> None:
    change(
        database, max_daily_loss="0.5", max_spread_points=1, opposite_positions="hedge", allow_duplicates=True
    )
    publish(database, signal())
    assert outcome(database, "signal", issue()) == [("issued", "issued")]


def test_the_limit_of_a_subscription_asks_for_the_token_too(database: Database) -> None:
    subscription = documents.subscription(max_open_positions_strategy=3)
    database.call("operator", "subscribe", p_subscription=subscription)
    publish(database, signal())
    assert outcome(database, "signal", issue()) == []


def test_what_is_declined_is_recorded_whatever_the_account_holds(database: Database) -> None:
    change(database, max_margin_use="0.5")
    publish(database, signal())
    assert outcome(database, "signal", decline(reason="max_margin_use")) == [("declined", "max_margin_use")]


def test_of_two_directors_that_saw_the_same_holdings_one_issues(clone: Database) -> None:
    change(clone, max_net_exposure_currency="9")
    publish(clone, signal("one"), signal("two"))
    told = token(clone)
    names = ("one", "two")
    held = "select from ledger.accounts where account_id = 'demo-1' for update"

    race(clone, numbered(2, lambda n, party: decide(party, names[n], seen(issue(), told))), held)

    assert sorted(len(issued(clone, name)) for name in names) == [0, 1]


def test_the_token_is_of_the_same_moment_as_the_holdings_told_beside_it(database: Database) -> None:
    change(database, max_margin_use="0.5")
    publish(database, signal("asked"), signal("meanwhile"))
    before = database.value("select ledger.exposures_token('demo-1')")
    decision = seen(issue(), before)

    # Within one statement, so that the open is issued after its moment and before its facts are gathered.
    with database.acting_as("director") as connection:
        row = connection.execute(
            "select api.decide_signal(%s, %s, %s) as decided, ledger.risk_facts(s, a, b) as facts"
            " from ledger.signal_outbox s, ledger.accounts a join ledger.subscriptions b using (account_id)"
            " where s.signal_id = %s and a.account_id = 'demo-1' and b.strategy_id = s.strategy_id",
            (uuid_of("meanwhile"), Jsonb([decision]), T0, uuid_of("asked")),
        ).fetchone()

    assert row is not None
    assert row["decided"]["issued"] == 1
    assert (row["facts"]["holdings"], row["facts"]["exposures_token"]) == ([], before)


LOSSES: dict[str, dict[str, Any]] = {
    "max_daily_loss": {"max_daily_loss": "0.05"},
    "max_drawdown": {"max_drawdown": "0.05"},
    "cooling_down": {"max_consecutive_losses": 1, "cool_down_seconds": 3600},
}


def lose(database: Database, reason: str, equity: str) -> None:
    """What an officer tells while a director thinks: its account's equity, or a close at a loss."""
    if reason == "cooling_down":
        made = opened(database, "losing")
        report(database, event(made.id, "position_closed", reason="stop_loss", profit="-5"))
    else:
        request = documents.sync_request(FIRST_EA, account=documents.account_state(equity=equity))
        database.call("officer", "sync_account", account_id="demo-1", at=after(seconds=1), p_request=request)


@pytest.mark.parametrize("reason", LOSSES)
def test_losses_that_arrive_between_reading_and_deciding_are_looked_at(
    database: Database, reason: str
) -> None:
    change(database, **LOSSES[reason])
    publish(database, signal())
    read = looked(database)
    lose(database, reason, "9000")

    run(database, after(seconds=1), read)
    at_first = signal_status(database, "signal")
    run(database, after(seconds=1))

    assert (at_first, recorded(database)[0]) == ("pending", reason)
    assert issued(database, "signal") == []


@pytest.mark.parametrize("reason", ["max_daily_loss", "max_drawdown"])
def test_an_open_does_not_wait_where_no_more_was_lost(database: Database, reason: str) -> None:
    change(database, **LOSSES[reason])
    publish(database, signal())
    read = looked(database)
    lose(database, reason, "10000")

    run(database, after(seconds=1), read)

    assert recorded(database)[0] == "issued"


def test_an_old_streak_that_has_cooled_down_keeps_no_open_waiting(database: Database) -> None:
    change(
        database,
        **LOSSES["cooling_down"] | {"max_signal_age_seconds": 100_000, "max_state_age_seconds": 100_000},
    )
    lose(database, "cooling_down", "")
    publish(database, signal(expires_at=timestamp_text(after(hours=5))))

    run(database, after(hours=2))

    assert recorded(database)[0] == "issued"


def test_on_a_day_without_a_report_the_equity_of_the_day_before_is_what_was_seen(database: Database) -> None:
    change(
        database,
        **LOSSES["max_daily_loss"] | {"max_signal_age_seconds": 100_000, "max_state_age_seconds": 100_000},
    )
    lose(database, "max_daily_loss", "9900")
    publish(database, signal(expires_at=timestamp_text(after(hours=20))))

    run(database, after(hours=13))

    assert recorded(database)[0] == "issued"
