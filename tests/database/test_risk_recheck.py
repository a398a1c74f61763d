"""What a director saw may have changed until it commits; an open that reverses closes the other first."""

from collections.abc import Callable
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from functions.contract.scalars import timestamp_text
from tests.database.database import Database, Party, Refused
from tests.database.race import numbered, race
from tests.database.story import (
    FIRST_EA,
    Directive,
    acknowledge,
    closing,
    decide,
    decline,
    directive,
    event,
    exposure,
    halt,
    issue,
    issued,
    opened,
    opening,
    poll,
    publish,
    report,
    signal,
    status,
    uuid_of,
)
from tests.database.test_closing import ending, looked, run, signal_status
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


def change(database: Database, **changes: Any) -> None:
    database.call("operator", "change_account", p_account_id="demo-1", p_changes=changes)


def token(database: Database) -> str:
    """What stands for all that demo-1 holds, as a director is told."""
    publish(database, signal("asked", created_at="2026-01-05T11:00:00Z"))
    (waiting, *_) = database.call("director", "pending_signals", p_max_signals=1)["signals"]
    return str(waiting["accounts"][0]["exposures_token"])


def seen(decision: dict[str, Any], exposures_token: str | None) -> dict[str, Any]:
    return decision | {"numbers": {"exposures_token": exposures_token}}


def outcome(database: Database, name: str, decision: dict[str, Any]) -> list[tuple[str, str]]:
    """Account, outcome and reason, as recorded for demo-1."""
    answer = decide(database, name, decision)
    return [(one["outcome"], one["reason"]) for one in answer["decisions"]]


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


def reversing(target_directive_no: int, **changes: Any) -> dict[str, Any]:
    """A decision to sell what was bought, and to open the other way."""
    closes = closing(target_directive_no) | changes
    return issue("demo-1", closes, opening(side="sell", stop_loss="1.105", take_profit=None))


SELL: dict[str, Any] = {"side": "sell", "stop_loss": "1.105", "take_profit": "1.09"}


def sold(database: Database, name: str) -> Directive:
    """A position on the other side."""
    made = directive(database, name, opening(**SELL), **SELL)
    acknowledge(database, made.id)
    report(database, event(made.id))
    return made


def recorded(database: Database) -> tuple[str, dict[str, Any]]:
    """Why it was decided so for demo-1, and how much of the other side goes."""
    query = "select reason, numbers from ledger.risk_decisions where signal_id = %s and account_id = 'demo-1'"
    (row,) = database.rows(query, uuid_of("signal"))
    names = ("positions_reversed", "positions_withdrawn")
    return row["reason"], {name: row["numbers"][name] for name in names if name in row["numbers"]}


def target(database: Database, close: Directive) -> int:
    """What a directive closes."""
    query = "select target_directive_no from ledger.trade_directives where directive_no = %s"
    return int(database.value(query, close.no))


def test_a_reversal_is_recorded_closes_first(database: Database) -> None:
    held = opened(database, "held")
    change(database, opposite_positions="reverse", max_open_positions_account=1, max_open_positions_symbol=1)
    publish(database, signal(**SELL))

    assert outcome(database, "signal", seen(reversing(held.no), token(database))) == [("issued", "issued")]
    rows = database.rows(
        "select action, side, target_directive_no from ledger.trade_directives where signal_id = %s"
        " order by directive_no",
        uuid_of("signal"),
    )
    assert [tuple(row.values()) for row in rows] == [("close", "buy", held.no), ("open", "sell", None)]


def test_a_reversal_still_counts_what_it_does_not_close(database: Database) -> None:
    held, _other = opened(database, "held"), sold(database, "other side")
    change(database, opposite_positions="reverse", max_open_positions_symbol=1)
    publish(database, signal(**SELL))

    decided = outcome(database, "signal", seen(reversing(held.no), token(database)))
    (close,) = issued(database, "signal")
    assert decided == [("declined", "max_open_positions_symbol")]
    assert target(database, close) == held.no


@pytest.mark.parametrize("limit", [1, 1000])
def test_a_reversal_withdraws_the_opens_that_nobody_has_taken_and_goes_out(
    database: Database, limit: int
) -> None:
    waiting = directive(database, "waiting")
    change(database, opposite_positions="reverse", max_open_positions_symbol=limit)
    publish(database, signal(**SELL))

    run(database)

    assert (status(database, waiting), exposure(database, waiting)) == ("cancelled", None)
    assert recorded(database) == ("issued", {"positions_withdrawn": 1})
    assert [(one["action"], one["side"]) for one in poll(database)["directives"]] == [("open", "sell")]


def test_a_reversal_that_waits_for_something_else_withdraws_nothing(database: Database) -> None:
    waiting = directive(database, "waiting")
    change(database, opposite_positions="reverse")
    publish(database, signal(**SELL))

    decision = issue("demo-1", opening(side="sell", stop_loss="1.105", take_profit=None))
    assert outcome(database, "signal", seen(decision, "0" * 32)) == []
    assert status(database, waiting) == "pending"


def test_an_officer_that_takes_an_open_while_its_reversal_is_recorded_finds_it_withdrawn(
    clone: Database,
) -> None:
    waiting = directive(clone, "waiting")
    change(clone, opposite_positions="reverse")
    publish(clone, signal(**SELL))
    decision = seen(issue("demo-1", opening(side="sell", stop_loss="1.105", take_profit=None)), token(clone))
    calls: list[Callable[[Party], Any]] = [
        lambda party: decide(party, "signal", decision)["issued"],
        lambda party: acknowledge(party, waiting.id)[0]["outcome"],
    ]

    issued_to, taken = race(clone, calls, "select from ledger.trade_directives for update")

    assert (issued_to, taken, status(clone, waiting)) in [
        (1, "refused", "cancelled"),
        (0, "granted", "acknowledged"),
    ]


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"max_spread_points": 5}, "spread_missing"),
        ({"max_signal_age_seconds": 1}, "signal_stale"),
        ({"max_open_positions_account": 1}, "max_open_positions_account"),
        ({"enabled": False}, "account_disabled"),
    ],
)
def test_a_reversal_that_is_declined_closes_and_withdraws_the_other_side_all_the_same(
    database: Database, limits: dict[str, Any], reason: str
) -> None:
    held, _other = opened(database, "held"), opened(database, "other symbol", symbol="GBPUSD")
    waiting = directive(database, "waiting")
    change(database, opposite_positions="reverse", **limits)
    publish(database, signal(**SELL))

    run(database, after(seconds=2))

    (close,) = issued(database, "signal")
    assert recorded(database) == (reason, {"positions_reversed": 1, "positions_withdrawn": 1})
    assert target(database, close) == held.no
    assert status(database, waiting) == "cancelled"


def test_a_reversal_that_a_halt_declines_closes_the_other_side_whoever_saw_the_halt(
    database: Database,
) -> None:
    held = opened(database, "held")
    change(database, opposite_positions="reverse")
    publish(database, signal(**SELL))
    told = token(database)
    halt(database, "global")

    decided = outcome(database, "signal", seen(reversing(held.no), told))

    (close,) = issued(database, "signal")
    assert (decided, target(database, close)) == ([("declined", "trading_halted")], held.no)


def test_a_signal_too_weak_for_an_account_closes_nothing(database: Database) -> None:
    opened(database, "held")
    waiting = directive(database, "waiting")
    change(database, opposite_positions="reverse", min_strength="0.9")
    publish(database, signal(**SELL))

    run(database)

    assert recorded(database)[0] == "strength_below_minimum"
    assert (issued(database, "signal"), status(database, waiting)) == ([], "pending")


def test_a_signal_too_weak_for_an_account_closes_nothing_whatever_else_declines_it(
    database: Database,
) -> None:
    opened(database, "held")
    waiting = directive(database, "waiting")
    change(database, opposite_positions="reverse", min_strength="0.9")
    publish(database, signal(**SELL))
    halt(database, "global")

    run(database)

    assert recorded(database)[0] == "trading_halted"
    assert (issued(database, "signal"), status(database, waiting)) == ([], "pending")


@pytest.mark.parametrize("limit", [1, 1000])
def test_a_reversal_whose_other_side_is_filled_meanwhile_is_decided_again(
    database: Database, limit: int
) -> None:
    filling = directive(database, "filling", created_at=timestamp_text(after(minutes=-5)))
    acknowledge(database, filling.id)
    change(database, opposite_positions="reverse", max_open_positions_symbol=limit)
    publish(database, signal(**SELL))
    bare = issue("demo-1", opening(side="sell", stop_loss="1.105", take_profit=None))
    told = token(database)
    report(database, event(filling.id))

    meanwhile = outcome(database, "signal", seen(bare, told))
    run(database)

    assert (meanwhile, recorded(database)[0]) == ([], "issued")
    closes, opens = issued(database, "signal")
    assert (target(database, closes), status(database, opens)) == (filling.no, "pending")


def test_a_reversal_decided_late_leaves_alone_what_a_newer_signal_opened(database: Database) -> None:
    newer = opened(database, "newer", created_at=timestamp_text(after(seconds=1)))
    change(database, opposite_positions="reverse", max_signal_age_seconds=1)
    publish(database, signal(**SELL))

    run(database, after(seconds=2))

    assert recorded(database)[0] == "signal_stale"
    assert (issued(database, "signal"), exposure(database, newer)) == ([], ("1", "1", "0"))


def test_a_reversal_waits_for_the_open_that_an_officer_has_taken(database: Database) -> None:
    filling = directive(database, "filling")
    acknowledge(database, filling.id)
    change(database, opposite_positions="reverse")
    publish(database, signal(**SELL))
    bare = issue("demo-1", opening(side="sell", stop_loss="1.105", take_profit=None))

    waiting = outcome(database, "signal", seen(bare, token(database)))
    report(database, event(filling.id), at=after(seconds=1))
    overlooked = outcome(database, "signal", seen(bare, token(database)))
    reversed_ = outcome(database, "signal", seen(reversing(filling.no), token(database)))

    assert (waiting, overlooked, reversed_) == ([], [], [("issued", "issued")])


def test_a_reversal_that_waited_and_is_overtaken_by_a_close_closes_the_other_side_and_opens_nothing(
    database: Database,
) -> None:
    filling = directive(database, "filling", created_at=timestamp_text(after(minutes=-5)))
    acknowledge(database, filling.id)
    change(database, opposite_positions="reverse")
    publish(database, signal(**SELL))
    run(database)
    publish(database, ending("exit", side="sell"))
    run(database)
    report(database, event(filling.id))

    run(database)

    (close,) = issued(database, "signal")
    assert (recorded(database)[0], target(database, close)) == ("overtaken_by_close", filling.no)


def test_a_reversal_closes_nothing_twice(database: Database) -> None:
    held = opened(database, "held")
    directive(database, "close", closing(held.no))
    change(database, opposite_positions="reverse")
    publish(database, signal(**SELL))

    assert outcome(database, "signal", seen(reversing(held.no), token(database))) == []


@pytest.mark.parametrize("mode", [None, "hedge", "ignore"])
def test_only_an_account_that_reverses_closes_with_an_open(database: Database, mode: str | None) -> None:
    held = opened(database, "held")
    change(database, opposite_positions=mode)
    publish(database, signal(**SELL))

    with pytest.raises(Refused, match="decision_invalid"):
        decide(database, "signal", reversing(held.no))


@pytest.mark.parametrize("wrong", ["own side", "other strategy", "other account", "no open", "two opens"])
def test_a_reversal_closes_the_other_side_of_its_own_strategy_and_opens_once(
    database: Database, wrong: str
) -> None:
    database.call("operator", "save_strategy", p_strategy=documents.strategy("other"))
    database.call("operator", "subscribe", p_subscription=documents.subscription("demo-1", "other"))
    database.call("operator", "subscribe", p_subscription=documents.subscription("demo-2", "other"))
    match wrong:
        case "own side":
            decision = reversing(sold(database, "held").no, side="sell")
        case "other strategy":
            decision = reversing(opened(database, "held", strategy_id="other").no)
        case "other account":
            decision = reversing(opened(database, "held", account_id="demo-2").no)
        case "no open":
            decision = issue("demo-1", closing(opened(database, "held").no))
        case _:
            decision = reversing(opened(database, "held").no)
            decision["directives"].append(decision["directives"][-1])
    change(database, opposite_positions="reverse")
    publish(database, signal(**SELL))

    with pytest.raises(Refused, match="decision_invalid"):
        decide(database, "signal", seen(decision, token(database)), at=T0)


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
