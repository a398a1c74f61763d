"""Operators and officers at the same directive at the same moment: one is first, and the other sees it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.database import chain
from tests.database.database import Database, Party, Refused
from tests.database.race import PATIENCE_SECONDS, at_once, numbered, wait_until_blocked
from tests.database.story import (
    Directive,
    acknowledge,
    closing,
    directive,
    event,
    exposure,
    opened,
    report,
    status,
)
from tests.database.test_recovery_decisions import WHY, taken

MANY = 8


def cancelling(made: Directive) -> Callable[[Party], str]:
    """What a withdrawal comes to: the new status, or the code of the refusal."""
    return lambda party: _said(
        lambda: party.call("operator", "cancel_directive", p_directive_id=made.id, p_reason=WHY)
    )


def resolving(made: Directive, outcome: str = "failed") -> Callable[[Party], str]:
    """What settling comes to: the new status, or the code of the refusal."""
    return lambda party: _said(
        lambda: party.call(
            "operator", "resolve_directive", p_directive_id=made.id, p_status=outcome, p_reason=WHY
        )
    )


def _said(call: Callable[[], dict[str, Any]]) -> str:
    try:
        return str(call()["status"])
    except Refused as refused:
        return refused.code


def in_order(database: Database, first: Callable[[Party], Any], second: Callable[[Party], Any]) -> Any:
    """What the second call answers that came while the first had done its work and not committed yet."""
    with database.party() as early, database.party() as late, ThreadPoolExecutor(1) as pool:
        with early.connection.transaction():
            first(early)
            answer = pool.submit(second, late)
            wait_until_blocked(database, 1)
        return answer.result(PATIENCE_SECONDS)


def test_a_withdrawal_that_comes_second_to_an_ack_is_refused(clone: Database) -> None:
    made = directive(clone)

    said = in_order(clone, lambda p: acknowledge(p, made.id), cancelling(made))

    assert said == "directive_taken"
    assert (status(clone, made), exposure(clone, made)) == ("acknowledged", ("1", "0", "0"))


def test_an_ack_that_comes_second_to_a_withdrawal_is_refused(clone: Database) -> None:
    made = directive(clone)

    (answer,) = in_order(clone, cancelling(made), lambda p: acknowledge(p, made.id))

    assert answer["code"] == "directive_cancelled"
    assert clone.value("select count(*) from ledger.directive_acknowledgements") == 0
    assert exposure(clone, made) is None


def test_a_verdict_that_comes_second_to_a_fill_is_refused_and_the_fill_stands(clone: Database) -> None:
    made = taken(clone)

    said = in_order(clone, lambda p: report(p, event(made.id)), resolving(made))

    assert said == "directive_finished"
    assert (status(clone, made), exposure(clone, made)) == ("completed", ("1", "1", "0"))


def test_a_fill_that_comes_second_to_a_verdict_is_stored_late_and_its_exposure_comes_back(
    clone: Database,
) -> None:
    made = taken(clone)

    (answer,) = in_order(clone, resolving(made), lambda p: report(p, event(made.id)))

    assert (answer["outcome"], answer["anomalies"]) == ("recorded", ["late"])
    assert (status(clone, made), exposure(clone, made)) == ("failed", ("1", "1", "0"))
    assert chain.faults(clone.rows(chain.READ)) == []


@pytest.mark.parametrize("operator_first", [True, False])
def test_a_close_and_a_stop_loss_and_a_verdict_on_the_close_leave_nothing_open(
    clone: Database, operator_first: bool
) -> None:
    position = opened(clone, "position")
    close = taken(clone, "close", closing(position.no))
    calls: list[Callable[[Party], Any]] = [
        resolving(close),
        lambda p: report(p, event(position.id, "position_closed", reason="stop_loss")),
    ]

    in_order(clone, *(calls if operator_first else reversed(calls)))

    assert (status(clone, close), exposure(clone, position)) == ("failed", None)


@pytest.mark.parametrize("seed", range(4))
def test_operators_and_officers_at_the_same_directives_deadlock_nowhere_and_fork_no_chain(
    clone: Database, seed: int
) -> None:
    position = opened(clone, "position")
    close = taken(clone, "close", closing(position.no))
    opens = [taken(clone, f"open {n}") for n in range(3)]
    everything = [*opens, close]
    events = [*(event(made.id) for made in opens), event(close.id, "position_closed")]

    def settle(number: int, party: Party) -> Any:
        order = 1 if (number + seed) % 2 else -1
        if number % 3:
            return [resolving(made)(party) for made in everything[::order]]
        return report(party, *events[::order])

    answers = at_once(clone, numbered(MANY, settle))

    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert all(status(clone, made) in ("failed", "completed") for made in everything)
    # Whoever was first: every reported fact counts, and none twice.
    assert [exposure(clone, made) for made in opens] == [("1", "1", "0")] * 3
    assert exposure(clone, position) is None
    assert chain.faults(clone.rows(chain.READ)) == []


def test_of_eight_operators_with_one_verdict_all_are_answered_and_one_writes(clone: Database) -> None:
    made = taken(clone)

    answers = at_once(clone, [resolving(made)] * MANY)

    assert answers == ["failed"] * MANY
    assert clone.value("select count(*) from ledger.operator_actions") == 1
    assert clone.events().count("operator.directive_resolved") == 1
