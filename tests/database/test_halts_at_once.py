"""Halts among many sessions: what has answered is in force, and pressed twice is pressed once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.database.database import Database, Party
from tests.database.race import at_once, race, wait_until_blocked
from tests.database.story import FIRST_EA, acknowledge, directive, halt, opened, resume, status
from tests.database.test_kill_switch import EVERYTHING, closes, kill
from tests.support import documents

HOLD_HALTS = "select pg_advisory_xact_lock(hashtextextended('ledger.trading_halts', 0))"
MANY = 8


def halts(database: Database) -> list[str]:
    """Everything that was halted and resumed, in order."""
    rows = database.rows("select action from ledger.trading_halts order by halt_no")
    return [row["action"] for row in rows]


def granting(party: Party, directive_id: str) -> None:
    """Acknowledge without committing: the rest of what this session does is still the same transaction."""
    party.connection.execute("begin")
    (result,) = acknowledge(party, directive_id)
    assert result["outcome"] == "granted"


def switch(party: Party, **changes: Any) -> None:
    party.call("operator", "change_account", p_account_id="demo-1", p_changes=changes)


def subscribe(party: Party, **changes: Any) -> None:
    party.call("operator", "subscribe", p_subscription=documents.subscription(**changes))


def save(party: Party, **changes: Any) -> None:
    party.call("operator", "save_strategy", p_strategy=documents.strategy(**changes))


def test_a_halt_answers_once_acks_on_their_way_have_ended_and_later_ones_find_it(clone: Database) -> None:
    early, late = directive(clone, "early"), directive(clone, "late")
    with clone.party() as slow, clone.party() as operator, clone.party() as officer:
        granting(slow, early.id)
        with ThreadPoolExecutor(2) as pool:
            halting = pool.submit(halt, operator, "global")
            wait_until_blocked(clone, 1)
            asking = pool.submit(acknowledge, officer, late.id)
            wait_until_blocked(clone, 2)
            answered = halting.done()
            slow.connection.execute("commit")
            halting.result()
            (refused,) = asking.result()

    assert not answered
    assert (refused["code"], status(clone, late)) == ("trading_halted", "pending")
    order = [event for event in clone.events() if event in ("directive.acknowledged", "trading.halted")]
    assert order == ["directive.acknowledged", "trading.halted"]


def test_an_ack_that_hangs_does_not_keep_a_halt_from_being_recorded(clone: Database) -> None:
    made = directive(clone)
    with clone.party() as hanging, clone.party() as operator:
        granting(hanging, made.id)
        halt(operator, "global")
        hanging.connection.execute("rollback")

    (refused,) = acknowledge(clone, made.id, instance_id=FIRST_EA)
    assert refused["code"] == "trading_halted"


@pytest.mark.parametrize(
    ("change", "changed"),
    [(switch, "account.changed"), (save, "strategy.changed"), (subscribe, "subscription.changed")],
)
def test_disabling_answers_once_acks_on_their_way_have_ended_and_later_ones_find_it(
    clone: Database, change: Callable[..., None], changed: str
) -> None:
    early, late = directive(clone, "early"), directive(clone, "late")
    with clone.party() as slow, clone.party() as operator, clone.party() as officer:
        granting(slow, early.id)
        with ThreadPoolExecutor(2) as pool:
            disabling = pool.submit(change, operator, enabled=False)
            wait_until_blocked(clone, 1)
            asking = pool.submit(acknowledge, officer, late.id)
            wait_until_blocked(clone, 2)
            answered = disabling.done()
            slow.connection.execute("commit")
            disabling.result()
            (refused,) = asking.result()

    assert not answered
    assert (refused["code"], status(clone, late)) == ("trading_halted", "pending")
    order = [event for event in clone.events() if event in ("directive.acknowledged", changed)]
    assert order == ["directive.acknowledged", changed]


@pytest.mark.parametrize(
    ("change", "changes"),
    [
        (switch, {"enabled": True}),
        (switch, {"min_strength": "0.5"}),
        (save, {"warm_up_bars": 300}),
        (subscribe, {"risk_multiplier": "2"}),
    ],
)
def test_other_changes_wait_for_nobody(
    clone: Database, change: Callable[..., None], changes: dict[str, Any]
) -> None:
    made = directive(clone)
    with clone.party() as slow, clone.party() as operator:
        operator.connection.execute("set statement_timeout = '1s'")
        granting(slow, made.id)
        change(operator, **changes)
        slow.connection.execute("rollback")


def test_what_is_taken_back_waits_for_nobody(clone: Database) -> None:
    made = directive(clone)
    other = directive(clone, "other", account_id="demo-2")
    halt(clone, "account", "demo-2")
    with clone.party() as slow, clone.party() as operator:
        operator.connection.execute("set statement_timeout = '1s'")
        granting(slow, made.id)
        resume(operator, "account", "demo-2")
        slow.connection.execute("rollback")

    (granted,) = acknowledge(clone, other.id, account_id="demo-2")
    assert granted["outcome"] == "granted"


def test_eight_operators_who_halt_at_once_have_halted_once(clone: Database) -> None:
    document = EVERYTHING | {"reason": "enough"}

    answers = race(clone, [lambda p: p.call("operator", "halt_trading", p_halt=document)] * MANY, HOLD_HALTS)

    assert all(answer == answers[0] for answer in answers)
    assert halts(clone) == ["halted"]


def test_eight_operators_who_resume_at_once_have_resumed_once(clone: Database) -> None:
    halt(clone, "global")

    race(clone, [lambda p: resume(p, "global")] * MANY, HOLD_HALTS)

    assert halts(clone) == ["halted", "resumed"]


@pytest.mark.parametrize("operators", [2, MANY])
def test_operators_who_close_everything_at_once_close_each_position_once(
    clone: Database, operators: int
) -> None:
    made = [opened(clone, name) for name in ("first", "second")]
    made.append(opened(clone, "theirs", account_id="demo-2"))

    answers = at_once(clone, [kill] * operators)

    assert len({answer["halt_no"] for answer in answers if isinstance(answer, dict)}) == 1
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert closes(clone) == [("demo-1", made[0].no), ("demo-1", made[1].no), ("demo-2", made[2].no)]
