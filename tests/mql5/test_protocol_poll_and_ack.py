"""The simulator's protocol server offers and grants directives as the real functions do."""

import pytest

from tests.database.story import SECOND_EA, event, uuid_of
from tests.mql5.conversation import ack, closing, codes, opening, poll, report, sync
from tests.mql5.twins import TAKEOVER_SECONDS, Twins
from tests.support.clock import T0, after


def test_polls_offer_closes_first_then_by_priority_and_age(twins: Twins) -> None:
    first = twins.issue(opening(), at=T0)
    twins.issue(opening(priority=8), at=after(seconds=1))
    ack(twins, after(seconds=2), first)
    report(twins, after(seconds=3), event(first["directive_id"], volume_lots="0.1"))
    twins.issue(closing(first), at=after(seconds=4))
    assert [d["action"] for d in poll(twins, after(seconds=5))["directives"]] == ["close"]
    twins.issue(opening(), at=after(seconds=6))
    twins.issue(opening(priority=8), at=after(seconds=7))
    answer = poll(twins, after(seconds=8))
    assert [(d["action"], d["priority"]) for d in answer["directives"]] == [
        ("close", 9),
        ("open", 8),
        ("open", 5),
    ]
    assert len(poll(twins, after(seconds=9), most=2)["directives"]) == 2


def test_opens_are_withheld_while_too_much_is_in_flight(twins: Twins) -> None:
    held = [twins.issue(opening(), at=after(seconds=n)) for n in range(4)]
    ack(twins, after(seconds=5), *held[:3])
    answer = poll(twins, after(seconds=6))
    assert (answer["in_flight"], answer["directives"]) == (3, [])
    report(
        twins,
        after(seconds=7),
        event(held[0]["directive_id"], "order_rejected", retcode=10006, code="rejected"),
    )
    assert len(poll(twins, after(seconds=8))["directives"]) == 1


def test_no_more_opens_are_offered_than_may_be_in_flight(twins: Twins) -> None:
    held = [twins.issue(opening(), at=after(seconds=n)) for n in range(5)]
    assert len(poll(twins, after(seconds=6))["directives"]) == 3
    ack(twins, after(seconds=7), held[0])
    assert len(poll(twins, after(seconds=8))["directives"]) == 2


def test_an_expired_directive_is_cancelled_by_ack_and_by_sync(twins: Twins) -> None:
    asked, forgotten = twins.issue(opening(), at=T0), twins.issue(opening(), at=T0)
    assert codes(ack(twins, after(minutes=3), asked)) == ["directive_expired"]
    assert codes(ack(twins, after(minutes=3), asked)) == ["directive_cancelled"]
    ids = (asked["directive_id"], forgotten["directive_id"])
    assert [s["status"] for s in poll(twins, after(minutes=3), unresolved=ids)["settled"]].count(
        "pending"
    ) == 1
    sync(twins, after(minutes=4))
    assert {s["status"] for s in poll(twins, after(minutes=4), unresolved=ids)["settled"]} == {"cancelled"}


def test_acks_are_repeated_refused_and_taken_over(twins: Twins) -> None:
    made = twins.issue(opening(), at=T0)
    assert codes(ack(twins, after(seconds=1), made)) == [None]
    assert codes(ack(twins, after(seconds=2), made, made)) == [None, None]
    assert codes(ack(twins, after(seconds=3), made, ea=SECOND_EA)) == ["directive_taken"]
    assert poll(twins, after(seconds=4), ea=SECOND_EA)["unresolved"][0]["takeover"] is True
    later = after(seconds=10 + TAKEOVER_SECONDS)
    taken = ack(twins, later, made, ea=SECOND_EA)
    assert (taken[0]["outcome"], taken[0]["takeover"]) == ("granted", True)
    assert codes(ack(twins, later, made)) == ["directive_taken"]
    unknown = {"directive_id": uuid_of("nobody's")}
    assert codes(ack(twins, later, unknown, made, ea=SECOND_EA)) == ["directive_unknown", None]
    report(twins, later, event(made["directive_id"], volume_lots="0.1"), ea=SECOND_EA)
    assert codes(ack(twins, later, made)) == ["directive_finished"]


@pytest.mark.parametrize(
    ("scope", "value", "account_halted"),
    [
        ("global", None, True),
        ("account", "demo-1", True),
        ("symbol", "EURUSD", False),
        ("strategy", "sweep-h1", False),
    ],
)
def test_halts_withhold_and_refuse_opens_only(
    twins: Twins, scope: str, value: str | None, account_halted: bool
) -> None:
    opened, waiting = twins.issue(opening(), at=T0), twins.issue(opening(), at=T0)
    ack(twins, T0, opened)
    report(twins, T0, event(opened["directive_id"], volume_lots="0.1"))
    twins.halt(scope, value, after(seconds=1))
    answer = poll(twins, after(seconds=2))
    assert (answer["halted"], answer["directives"]) == (account_halted, [])
    assert codes(ack(twins, after(seconds=3), waiting)) == ["trading_halted"]
    close = twins.issue(closing(opened, side="buy"), at=after(seconds=4))
    assert codes(ack(twins, after(seconds=5), close)) == [None]
    twins.resume(scope, value, after(seconds=6))
    poll(twins, after(seconds=7))
