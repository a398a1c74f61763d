"""Exits that mean only some positions: the older ones, and those whose stop would be tightened."""

from datetime import datetime
from typing import Any

import pytest

from functions.contract.scalars import timestamp_text
from tests.database.database import Database
from tests.database.directing import ending, looked, run, signal_status, targets
from tests.database.story import (
    acknowledge,
    directive,
    event,
    modifying,
    opened,
    opening,
    publish,
    report,
    signal,
    status,
    uuid_of,
)
from tests.support.clock import T0, after


def trailing(name: str = "trail", *, stop_loss: str, at: datetime = T0, **changes: Any) -> dict[str, Any]:
    """A signal to move the stops of the buy positions."""
    bare = {"entry_price": None, "take_profit": None, "stop_loss": stop_loss}
    return signal(name, action="modify", created_at=timestamp_text(at), **bare | changes)


def stops_told(database: Database) -> list[tuple[str | None, str | None]]:
    """The stops of the first account's positions, as the director is told them."""
    [waiting] = looked(database)
    return [(told["stop_loss"], told["take_profit"]) for told in waiting["accounts"][0]["exposures"]]


def test_a_close_by_age_closes_the_older_position_and_settles(database: Database) -> None:
    old = opened(database, "old", created_at=timestamp_text(after(hours=-3)))
    opened(database, "young", created_at=timestamp_text(after(hours=-1)))
    publish(database, ending(opened_before=timestamp_text(after(hours=-2))))

    run(database)

    assert (signal_status(database), targets(database, "close")) == ("processed", [old.no])


def test_a_close_by_age_leaves_an_open_that_nobody_has_taken_yet(database: Database) -> None:
    waiting = directive(database, "young", created_at=timestamp_text(after(hours=-1)))
    publish(database, ending(opened_before=timestamp_text(after(hours=-2))))

    run(database)

    assert (signal_status(database), status(database, waiting)) == ("processed", "pending")


def test_a_close_by_age_does_not_wait_for_a_younger_open_in_flight(database: Database) -> None:
    made = directive(database, "young", created_at=timestamp_text(after(hours=-1)))
    acknowledge(database, made.id)
    publish(database, ending(opened_before=timestamp_text(after(hours=-2))))

    run(database)

    assert (signal_status(database), targets(database, "close")) == ("processed", [])


def test_the_stops_told_are_those_the_position_was_last_directed_to_have(database: Database) -> None:
    position = opened(database, "open")
    for name, levels in (("first", ("1.097", "1.12")), ("second", ("1.098", None))):
        moved = directive(database, name, modifying(position.no, stop_loss=levels[0], take_profit=levels[1]))
        acknowledge(database, moved.id)
        report(database, event(moved.id, "position_modified"))
    publish(database, trailing(stop_loss="1.099"))

    assert stops_told(database) == [("1.098", "1.12")]


def test_a_modify_that_failed_has_set_no_stops(database: Database) -> None:
    position = opened(database, "open")
    moved = directive(database, "refused", modifying(position.no, stop_loss="1.098", take_profit=None))
    acknowledge(database, moved.id)
    report(database, event(moved.id, "order_rejected"))
    publish(database, trailing(stop_loss="1.099"))

    assert stops_told(database) == [("1.095", "1.11")]


@pytest.mark.parametrize(("stop_loss", "moved"), [("1.0951", True), ("1.095", False), ("1.0949", False)])
def test_a_trailing_stop_moves_only_towards_the_price(
    database: Database, stop_loss: str, *, moved: bool
) -> None:
    position = opened(database, "open")
    publish(database, trailing(stop_loss=stop_loss))

    run(database)

    assert (signal_status(database, "trail"), targets(database, "trail")) == (
        "processed",
        [position.no] if moved else [],
    )


def test_a_signal_without_an_age_has_the_hash_it_had_before_there_were_any(database: Database) -> None:
    document = signal()
    publish(database, document)
    without = database.value(
        "select ledger.content_hash(ledger.signal_document(s) - 'opened_before') = r.content_hash"
        " from ledger.signal_outbox s join ledger.signal_registry r using (signal_id)"
    )
    assert without is True


def test_the_same_signal_with_another_age_is_another_signal(database: Database) -> None:
    first = ending(opened_before=timestamp_text(after(hours=-2)))
    again = ending(opened_before=timestamp_text(after(hours=-1)))
    outcomes = [publish(database, document)[0] for document in (first, first, again)]
    assert outcomes == ["published", "duplicate", "conflict"]


@pytest.mark.parametrize("side", ["buy", "sell"])
def test_of_two_stops_that_one_run_reads_together_the_looser_one_is_not_directed(
    database: Database, side: str
) -> None:
    levels = ("1.099", "1.097") if side == "buy" else ("1.101", "1.103")
    bought_or_sold: dict[str, Any] = {"side": side, "stop_loss": {"buy": "1.095", "sell": "1.105"}[side]}
    bought_or_sold["take_profit"] = None
    position = directive(database, "open", opening(**bought_or_sold), **bought_or_sold)
    acknowledge(database, position.id)
    report(database, event(position.id))
    first = trailing("tight", stop_loss=levels[0], at=after(minutes=-1), side=side)
    publish(database, first, trailing("loose", stop_loss=levels[1], side=side))

    run(database)
    together = targets(database, "tight", "loose"), signal_status(database, "loose")
    run(database)

    assert together == ([position.no], "pending")
    assert (targets(database, "tight", "loose"), signal_status(database, "loose")) == (
        [position.no],
        "processed",
    )
    query = "select reason from ledger.risk_decisions where signal_id = %s and account_id = 'demo-1'"
    assert database.value(query, uuid_of("loose")) == "stop_not_tighter"


def test_a_new_stop_that_expired_untaken_keeps_no_later_one_back(database: Database) -> None:
    position = opened(database, "open")
    directive(database, "expired", modifying(position.no, stop_loss="1.099", take_profit=None))
    publish(database, trailing(stop_loss="1.098"))

    run(database, after(minutes=30))

    assert (signal_status(database, "trail"), targets(database, "trail")) == ("processed", [position.no])
