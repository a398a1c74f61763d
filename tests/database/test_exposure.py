"""What an account has at risk follows from the facts, in whatever order and however often they are told."""

import itertools
from typing import Any

import pytest

from tests.database.database import Database
from tests.database.story import (
    SECOND_EA,
    Directive,
    acknowledge,
    closing,
    decide,
    decline,
    directive,
    event,
    exposure,
    issue,
    modifying,
    opened,
    opening,
    publish,
    report,
    signal,
    status,
)
from tests.support.clock import after


def acknowledged(database: Database, name: str, *proposed: dict[str, Any]) -> Directive:
    made = directive(database, name, *proposed)
    acknowledge(database, made.id)
    return made


def test_an_open_is_reserved_from_its_issue_until_it_is_filled_and_closed(database: Database) -> None:
    made = directive(database)
    reserved = exposure(database, made)
    acknowledge(database, made.id)
    report(database, event(made.id, volume_lots="0.4"))
    partly = exposure(database, made)
    report(database, event(made.id, name="rest", volume_lots="0.6"))
    whole = exposure(database, made)
    report(database, event(made.id, "position_closed", volume_lots="0.3"))
    rest = exposure(database, made)
    (last,) = report(database, event(made.id, "position_closed", name="rest", volume_lots="0.7"))

    assert [reserved, partly, whole, rest] == [
        ("1", "0", "0"),
        ("1", "0.4", "0"),
        ("1", "1", "0"),
        ("1", "1", "0.3"),
    ]
    assert exposure(database, made) is None
    assert last["anomalies"] == []


@pytest.mark.parametrize("kind", ["order_rejected", "order_failed", "order_cancelled"])
def test_an_open_that_came_to_nothing_is_given_back(database: Database, kind: str) -> None:
    made = acknowledged(database, "signal")

    report(database, event(made.id, kind))

    assert exposure(database, made) is None


def test_more_filled_than_commanded_is_flagged_and_counted(database: Database) -> None:
    made = acknowledged(database, "signal")

    first, second = report(
        database, event(made.id, volume_lots="0.6"), event(made.id, name="2", volume_lots="0.5")
    )

    assert (first["anomalies"], second["anomalies"]) == ([], ["volume_exceeds_directive"])
    assert exposure(database, made) == ("1", "1.1", "0")


def test_a_close_directive_frees_the_position_it_targets(database: Database) -> None:
    made = opened(database, "open")
    part = acknowledged(database, "part", closing(made.no, volume_lots="0.4"))
    report(database, event(part.id, "position_closed", volume_lots="0.4"))
    partly = exposure(database, made)
    rest = acknowledged(database, "rest", closing(made.no))
    report(database, event(rest.id, "position_closed", volume_lots="0.6"))

    assert partly == ("1", "1", "0.4")
    assert exposure(database, made) is None
    assert (status(database, part), status(database, rest)) == ("completed", "completed")


def test_a_modify_changes_no_exposure(database: Database) -> None:
    made = opened(database, "open")
    modify = acknowledged(database, "modify", modifying(made.no))

    report(database, event(modify.id, "position_modified"))

    assert exposure(database, made) == ("1", "1", "0")


@pytest.mark.parametrize("kind", ["order_cancelled", "order_failed", "order_rejected"])
def test_a_limit_order_that_the_broker_let_go_of_is_given_back(database: Database, kind: str) -> None:
    made = acknowledged(database, "limit", opening(order_type="limit", price="1.09"))
    report(database, event(made.id, "order_placed"))
    assert (status(database, made), exposure(database, made)) == ("completed", ("1", "0", "0"))

    report(database, event(made.id, kind))

    assert exposure(database, made) is None


def test_a_limit_order_cancelled_after_a_partial_fill_keeps_what_was_filled(database: Database) -> None:
    made = acknowledged(database, "limit", opening(order_type="limit", price="1.09"))

    report(
        database,
        event(made.id, "order_placed"),
        event(made.id, volume_lots="0.4"),
        event(made.id, "order_cancelled"),
    )

    assert exposure(database, made) == ("1", "0.4", "0")


FACTS = {
    "failed": ("order_failed", {}),
    "filled": ("order_filled", {"deal_ticket": "1"}),
    "closed": ("position_closed", {"deal_ticket": "2"}),
}


@pytest.mark.parametrize("order", list(itertools.permutations(FACTS)), ids=",".join)
def test_nothing_is_left_of_a_closed_position_in_whatever_order_it_was_told(
    database: Database, order: tuple[str, ...]
) -> None:
    made = acknowledged(database, "signal")

    for name in order:
        kind, changes = FACTS[name]
        (result,) = report(database, event(made.id, kind, **changes))
        assert result["outcome"] == "recorded"

    assert exposure(database, made) is None


def test_a_deal_told_by_two_instances_under_two_ids_counts_once(database: Database) -> None:
    made = acknowledged(database, "signal")
    late = after(minutes=3)
    acknowledge(database, made.id, instance_id=SECOND_EA, at=late)

    report(database, event(made.id, name="found", deal_ticket="5"), instance_id=SECOND_EA, at=late)
    (again,) = report(database, event(made.id, name="sent", deal_ticket="5"), at=late)

    assert again["outcome"] == "recorded"
    assert "other_instance" in again["anomalies"]
    assert exposure(database, made) == ("1", "1", "0")
    report(database, event(made.id, "position_closed", deal_ticket="6"), at=late)
    assert exposure(database, made) is None


def test_a_closing_deal_told_for_the_position_and_for_the_close_counts_once(database: Database) -> None:
    made = opened(database, "open", volume_lots="2")
    close = acknowledged(database, "close", closing(made.no, volume_lots="1"))

    report(
        database,
        event(close.id, "position_closed", deal_ticket="9"),
        event(made.id, "position_closed", deal_ticket="9"),
    )

    assert exposure(database, made) == ("2", "2", "1")


def test_a_correction_takes_the_place_of_what_it_corrects(database: Database) -> None:
    made = acknowledged(database, "signal")
    fill = event(made.id, deal_ticket="5")
    report(database, fill)

    correction = event(
        made.id, name="correction", volume_lots="0.6", references_event_id=fill["event_id"], deal_ticket="5"
    )
    (result,) = report(database, correction)

    assert (result["outcome"], result["anomalies"]) == ("recorded", [])
    assert exposure(database, made) == ("1", "0.6", "0")


def test_a_fill_corrected_to_nothing_frees_its_place(database: Database) -> None:
    made = acknowledged(database, "signal")
    fill = event(made.id)
    report(database, fill)

    report(database, event(made.id, name="c", volume_lots="0", references_event_id=fill["event_id"]))

    assert exposure(database, made) is None


def test_an_event_cannot_correct_itself_away(database: Database) -> None:
    made = acknowledged(database, "signal")
    fill = event(made.id)

    report(database, fill | {"references_event_id": fill["event_id"]})

    assert exposure(database, made) == ("1", "1", "0")


def test_a_closed_position_frees_its_place_for_the_next(database: Database) -> None:
    limits = {"max_open_positions_account": 1}
    database.call("operator", "change_account", p_account_id="demo-1", p_changes=limits)
    made = opened(database, "first")
    publish(database, signal("second"), signal("third"))

    full = decide(database, "second", issue("demo-1"), decline("demo-2"))
    report(database, event(made.id, "position_closed", reason="stop_loss"))
    free = decide(database, "third", issue("demo-1"), decline("demo-2"))

    assert full["decisions"][0]["reason"] == "max_open_positions_account"
    assert free["issued"] == 1
