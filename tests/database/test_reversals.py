"""An account that reverses: a signal to open closes the other side first, whatever becomes of the open."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.contract.scalars import timestamp_text
from tests.database.database import Database, Party, Refused
from tests.database.directing import (
    ending,
    outcome,
    recorded,
    run,
    seen,
    token,
)
from tests.database.race import race
from tests.database.story import (
    Directive,
    acknowledge,
    change,
    closing,
    decide,
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
from tests.support import documents
from tests.support.clock import T0, after


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
