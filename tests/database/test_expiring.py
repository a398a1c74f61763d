"""What nobody asks for any more is cancelled; what somebody took and never reported is named and left."""

import pytest

from tests.database.database import Database, Refused
from tests.database.story import (
    SECOND_EA,
    acknowledge,
    closing,
    directive,
    event,
    exposure,
    opened,
    opening,
    poll,
    report,
    status,
)
from tests.support.clock import after

EXPIRED = after(minutes=5)


def expire(database: Database, most: int = 1000, minutes: float = 5) -> dict[str, object]:
    answer: dict[str, object] = database.call(
        "archivist", "expire_directives", at=after(minutes=minutes), p_max_directives=most
    )
    return answer


def unresolved(database: Database, minutes: float, role: str = "archivist") -> dict[str, object]:
    answer: dict[str, object] = database.call(
        role, "unresolved_directives", at=after(minutes=minutes), p_older_than_seconds=900
    )
    return answer


def test_an_expired_pending_directive_is_cancelled_by_the_archivist(database: Database) -> None:
    made = directive(database)

    assert expire(database)["cancelled"] == 1

    assert (status(database, made), exposure(database, made)) == ("cancelled", None)
    (row,) = database.rows("select actor from ledger.journal where event = 'directive.cancelled'")
    assert row["actor"] == "archivist"


def test_a_directive_lives_until_the_moment_it_expires(database: Database) -> None:
    made = directive(database)

    assert expire(database, minutes=4.999)["cancelled"] == 0
    assert status(database, made) == "pending"


def test_a_close_never_expires(database: Database) -> None:
    close = directive(database, "close", closing(opened(database).no))

    assert expire(database, minutes=60 * 24 * 90)["cancelled"] == 0
    assert status(database, close) == "pending"


def test_expired_twice_they_are_cancelled_once(database: Database) -> None:
    directive(database)

    assert [expire(database)["cancelled"] for _ in range(2)] == [1, 0]


def test_they_are_cancelled_in_batches(database: Database) -> None:
    for number in range(3):
        directive(database, f"signal {number}")

    answers = [expire(database, most=2) for _ in range(2)]

    assert [(answer["cancelled"], answer["remaining"]) for answer in answers] == [(2, True), (1, False)]


def test_one_that_its_officer_is_taking_at_this_moment_is_left_to_him(clone: Database) -> None:
    made = directive(clone, "signal", opening(expires_at="2026-01-05T12:06:00Z"))
    with clone.party() as officer, officer.connection.transaction():
        assert acknowledge(officer, made.id, at=EXPIRED)[0]["outcome"] == "granted"
        # A little later by another clock.
        assert expire(clone, minutes=7)["cancelled"] == 0
    assert status(clone, made) == "acknowledged"


@pytest.mark.parametrize("most", [0, 10_001])
def test_batches_have_a_size(database: Database, most: int) -> None:
    with pytest.raises(Refused) as refused:
        expire(database, most)

    assert refused.value.code == "batch_invalid"


def test_an_acknowledged_directive_without_a_result_is_named_and_not_issued_again(database: Database) -> None:
    made = directive(database)
    acknowledge(database, made.id)

    assert unresolved(database, 14.9)["directives"] == []
    answer = unresolved(database, 15)

    assert answer["count"] == 1
    assert answer["directives"] == [
        {
            "directive_id": made.id,
            "directive_no": made.no,
            "account_id": "demo-1",
            "symbol": "EURUSD",
            "action": "open",
            "acknowledged_at": "2026-01-05T12:00:00Z",
        }
    ]
    assert status(database, made) == "acknowledged"
    assert poll(database, at=after(minutes=15))["directives"] == []


def test_a_takeover_starts_the_time_anew(database: Database) -> None:
    made = directive(database)
    acknowledge(database, made.id)
    acknowledge(database, made.id, instance_id=SECOND_EA, at=after(minutes=10))

    assert unresolved(database, 20)["count"] == 0
    assert unresolved(database, 25)["count"] == 1


def test_one_with_a_result_is_not_named(database: Database) -> None:
    made = directive(database)
    acknowledge(database, made.id)
    report(database, event(made.id, "order_failed"))

    assert unresolved(database, 60)["count"] == 0


@pytest.mark.parametrize("role", ["operator", "auditor"])
def test_people_may_ask_too(database: Database, role: str) -> None:
    acknowledge(database, directive(database).id)

    assert unresolved(database, 60, role)["count"] == 1
