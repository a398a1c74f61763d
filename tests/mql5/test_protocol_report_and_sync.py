"""The simulator's protocol server takes in reports and accounts as the real functions do."""

from tests.database.story import SECOND_EA, event, uuid_of
from tests.mql5.conversation import ack, closing, opening, poll, position, report, sync
from tests.mql5.twins import Twins
from tests.support.clock import T0, after


def test_a_repeated_report_is_answered_with_its_first_anomalies(twins: Twins) -> None:
    never = twins.issue(opening(), at=T0)
    fill = event(never["directive_id"], volume_lots="0.1")
    first, again = (report(twins, after(seconds=n), fill)[0] for n in range(2))
    assert (again["outcome"], again["anomalies"]) == ("duplicate", first["anomalies"])


def test_reports_are_recorded_once_and_conflicts_are_told(twins: Twins) -> None:
    made = twins.issue(opening(), at=T0)
    ack(twins, T0, made)
    filled = event(made["directive_id"], volume_lots="0.10", deal_ticket="7000001", price="1.10000")
    assert report(twins, after(seconds=1), filled)[0]["outcome"] == "recorded"
    assert report(twins, after(seconds=2), filled | {"price": "1.1"})[0]["outcome"] == "duplicate"
    conflict = report(twins, after(seconds=3), filled | {"price": "1.2"})[0]
    assert (conflict["outcome"], conflict["anomalies"]) == ("conflict", ["event_conflict"])
    stranger = event(uuid_of("nobody's"), volume_lots="0.1")
    assert report(twins, after(seconds=4), stranger, stranger)[1]["outcome"] == "unmatched"


def test_anomalies_are_flagged_and_nothing_is_refused(twins: Twins) -> None:
    never, late, other = (twins.issue(opening(), at=T0) for _ in range(3))
    fill = report(twins, T0, event(never["directive_id"], volume_lots="0.1"))[0]
    assert (fill["directive_status"], fill["anomalies"]) == ("completed", ["never_acknowledged"])
    ack(twins, T0, late, other)
    absent = event(late["directive_id"], "order_failed", code="absent_at_broker")
    assert report(twins, after(seconds=1), absent)[0]["directive_status"] == "failed"
    found = report(twins, after(seconds=2), event(late["directive_id"], volume_lots="0.1", deal_ticket="9"))[
        0
    ]
    assert (found["directive_status"], found["anomalies"]) == ("failed", ["late"])
    elsewhere = event(other["directive_id"], volume_lots="0.2", deal_ticket="10")
    flagged = report(twins, after(seconds=3), elsewhere, ea=SECOND_EA)[0]
    assert flagged["anomalies"] == ["other_instance", "volume_exceeds_directive"]
    unsure = event(other["directive_id"], "outcome_unknown")
    assert report(twins, after(seconds=4), unsure)[0]["anomalies"] == ["late"]
    assert poll(twins, after(seconds=5))["unresolved"] == []


def test_sync_finds_what_is_missing_unknown_and_different(twins: Twins) -> None:
    kept, gone, grown = (twins.issue(opening(), at=T0) for _ in range(3))
    ack(twins, T0, kept, gone, grown)
    fills = [
        event(d["directive_id"], volume_lots="0.1", position_id=f"700{n}", deal_ticket=f"80{n}")
        for n, d in enumerate((kept, gone, grown), start=1)
    ]
    report(twins, T0, *fills)
    unknown = twins.issue(opening(), at=T0)
    positions = [
        position(kept, volume_lots="0.10"),
        position(grown, position_id="7003", volume_lots="0.3"),
        position(unknown, position_id="7009"),
        position(kept, position_id="8000", directive_no=None),
    ]
    answer = sync(twins, after(seconds=10), positions)
    assert [d["kind"] for d in answer["discrepancies"]] == [
        "position_missing",
        "volume_differs",
        "position_unknown",
    ]
    closed = event(
        gone["directive_id"], "position_closed", volume_lots="0.1", reason="stop_loss", deal_ticket="900"
    )
    report(twins, after(seconds=11), closed)
    assert len(sync(twins, after(seconds=12), positions)["discrepancies"]) == 2


def test_sync_refuses_netting_accounts_and_other_currencies(twins: Twins) -> None:
    assert sync(twins, T0, hedging=False)["code"] == "hedging_required"
    assert sync(twins, T0, currency="USD")["code"] == "account_mismatch"


def test_partial_closes_and_modifications_settle_their_directives(twins: Twins) -> None:
    opened = twins.issue(opening(), at=T0)
    ack(twins, T0, opened)
    report(twins, T0, event(opened["directive_id"], volume_lots="0.1"))
    closer = {"stop_loss": "1.097", "target_directive_no": opened["directive_no"]}
    modify = opening(action="modify", volume_lots=None, **closer)
    changed = twins.issue(modify, at=after(seconds=1))
    part = twins.issue(closing(opened, volume_lots="0.04"), at=after(seconds=1))
    ack(twins, after(seconds=2), changed, part)
    results = report(
        twins,
        after(seconds=3),
        event(changed["directive_id"], "position_modified"),
        event(part["directive_id"], "position_closed", volume_lots="0.04"),
    )
    assert [result["directive_status"] for result in results] == ["completed", "completed"]
    assert sync(twins, after(seconds=4), [position(opened, volume_lots="0.06")])["discrepancies"] == []


def test_pending_orders_are_placed_filled_and_cancelled(twins: Twins) -> None:
    limit = opening(order_type="limit", price="1.09")
    filled, cancelled = twins.issue(limit, at=T0), twins.issue(limit, at=T0)
    ack(twins, T0, filled, cancelled)
    for made in (filled, cancelled):
        report(twins, after(seconds=1), event(made["directive_id"], "order_placed", order_ticket="5"))
    report(twins, after(seconds=2), event(filled["directive_id"], volume_lots="0.1"))
    gone = report(twins, after(seconds=3), event(cancelled["directive_id"], "order_cancelled"))[0]
    assert gone["directive_status"] == "completed"
    assert sync(twins, after(seconds=4), [position(filled)])["discrepancies"] == []
