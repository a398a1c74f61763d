"""One story that is not over keeps its whole month, and is named with the reason."""

from datetime import datetime

import pytest

from tests.database.archiving import LATER, MONTH, archive, candidates, step
from tests.database.database import Database
from tests.database.story import (
    Directive,
    acknowledge,
    closing,
    directive,
    event,
    exposure,
    modifying,
    opened,
    opening,
    publish,
    report,
    signal,
    uuid_of,
)
from tests.support.clock import T0, after

FEBRUARY = after(days=35)
IN_FEBRUARY = {"created_at": "2026-02-09T12:00:00Z", "expires_at": "2026-02-09T13:00:00Z"}


def reasons(database: Database, month: str = "2026-01-01", at: datetime = LATER) -> set[tuple[str, str]]:
    """Why a month cannot go: reason and signal of each open story."""
    (found,) = [each for each in candidates(database, at) if each["month"] == month]
    assert found["open_count"] == len(found["open_stories"])
    return {(story["reason"], story["signal_id"]) for story in found["open_stories"]}


def closed_in_february(database: Database, made: Directive, **changes: str) -> Directive:
    """A directive of February that closes a position of January, issued."""
    return directive(database, "close", closing(made.no, **changes), at=FEBRUARY, **IN_FEBRUARY)


def finished(database: Database, close: Directive, **changes: str) -> None:
    acknowledge(database, close.id, at=FEBRUARY)
    report(database, event(close.id, "position_closed", **changes), at=FEBRUARY)


def test_a_signal_that_nobody_decided(database: Database) -> None:
    publish(database, signal())

    assert reasons(database) == {("signal_pending", uuid_of("signal"))}


def test_a_directive_that_no_officer_took(database: Database) -> None:
    directive(database)

    assert reasons(database) == {("directive_pending", uuid_of("signal"))}


def test_a_directive_without_a_result(database: Database) -> None:
    acknowledge(database, directive(database).id)

    assert reasons(database) == {("directive_acknowledged", uuid_of("signal"))}


def test_a_position_that_is_open(database: Database) -> None:
    opened(database)

    assert reasons(database) == {("position_open", uuid_of("signal"))}


def test_an_order_that_waits_for_its_price(database: Database) -> None:
    made = directive(database, "signal", opening(order_type="limit", price="1.05"))
    acknowledge(database, made.id)
    report(database, event(made.id, "order_placed"))

    assert reasons(database) == {("order_open", uuid_of("signal"))}


def test_a_close_of_another_month_that_is_not_done(database: Database) -> None:
    closed_in_february(database, opened(database))

    assert ("follow_up_unresolved", uuid_of("signal")) in reasons(database)


def test_a_position_closed_within_the_retention(database: Database) -> None:
    finished(database, closed_in_february(database, opened(database)))

    # January is over long enough on 15 May, February is not: the retention counts from the close.
    assert reasons(database) == {("follow_up_within_retention", uuid_of("signal"))}
    assert reasons(database, at=after(days=160)) == set()


def test_a_month_that_closed_a_part_of_what_is_still_open(database: Database) -> None:
    made = opened(database)
    finished(database, closed_in_february(database, made, volume_lots="0.4"), volume_lots="0.4")
    at = after(days=160)

    # Without the close of February, January's position would be taken for whole.
    assert reasons(database, "2026-02-01", at) == {("position_open", uuid_of("close"))}
    assert exposure(database, made) == ("1", "1", "0.4")


def test_a_month_that_moved_the_stops_of_what_is_still_open(database: Database) -> None:
    made = opened(database)
    change = directive(database, "modify", modifying(made.no), at=FEBRUARY, **IN_FEBRUARY)
    acknowledge(database, change.id, at=FEBRUARY)
    report(database, event(change.id, "position_modified"), at=FEBRUARY)

    assert reasons(database, "2026-02-01", after(days=160)) == {("position_open", uuid_of("modify"))}


def test_a_month_with_an_open_story_is_not_chosen_however_many_are_over(database: Database) -> None:
    for name in ("one", "two", "three"):
        made = directive(database, name)
        acknowledge(database, made.id)
        report(database, event(made.id, "order_rejected"))
    publish(database, signal("the fourth"))

    assert step(database, "chosen")["waits_for"] == "open_stories"
    assert reasons(database) == {("signal_pending", uuid_of("the fourth"))}


def test_a_story_that_opens_again_after_the_month_was_chosen_keeps_it(clone: Database) -> None:
    made = directive(clone)
    acknowledge(clone, made.id)
    report(clone, event(made.id, "order_cancelled"))
    assert step(clone, "chosen")["recorded"]
    # The broker filled it all the same.
    report(clone, event(made.id), at=LATER)

    with pytest.raises(AssertionError, match="open_stories"):
        archive(clone)
    assert clone.value("select to_regclass('ledger.signal_outbox_2026_01') is not null")
    assert reasons(clone) == {("position_open", uuid_of("signal"))}


def test_at_most_a_hundred_stories_are_named_and_all_are_counted(database: Database) -> None:
    publish(database, *(signal(f"signal {number}") for number in range(105)))

    (found,) = [each for each in candidates(database) if each["month"] == MONTH.isoformat()]
    assert (len(found["open_stories"]), found["open_count"]) == (100, 105)


def test_positions_held_over_a_month_s_end_go_the_older_month_first(clone: Database) -> None:
    made = opened(clone)
    finished(clone, closed_in_february(clone, made))
    at = after(days=160)

    assert [month["month"] for month in candidates(clone, at)] == [
        "2025-11-01",
        "2025-12-01",
        "2026-01-01",
        "2026-02-01",
    ]
    archive(clone, MONTH, at)
    archive(clone, MONTH.replace(month=2), at)
    assert clone.value("select count(*) from archive.trade_directives") == 2
    assert exposure(clone, made) is None
    assert T0 < FEBRUARY
