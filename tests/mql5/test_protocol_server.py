"""The simulator's protocol server answers as the real functions do, also to what the officer really sent."""

import json
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.contract.scalars import parse_timestamp, timestamp_text
from mql5.simulator.protocol_server import ProtocolServer
from mql5.simulator.simulator import command, executable
from tests.database.story import FIRST_EA, SECOND_EA, event, uuid_of
from tests.mql5.twins import Document, Twins
from tests.support import documents
from tests.support.clock import T0, after
from tests.support.project import Project

TAKEOVER_SECONDS = 20


@pytest.fixture
def twins(project: Project) -> Iterator[Twins]:
    with ProtocolServer(executable()) as server:
        yield Twins(
            project, server, T0 - timedelta(hours=1), max_in_flight=3, takeover_seconds=TAKEOVER_SECONDS
        )


def opening(at: datetime = T0, **changes: Any) -> Document:
    return {
        "symbol": "EURUSD",
        "action": "open",
        "side": "buy",
        "order_type": "market",
        "volume_lots": "0.10",
        "price": None,
        "stop_loss": "1.095",
        "take_profit": None,
        "max_slippage_points": 20,
        "target_directive_no": None,
        "priority": 5,
        "expires_at": timestamp_text(at + timedelta(minutes=2)),
    } | changes


def closing(target: Document, **changes: Any) -> Document:
    return opening(
        action="close",
        volume_lots=None,
        stop_loss=None,
        target_directive_no=target["directive_no"],
        expires_at=None,
        priority=9,
    ) | dict(changes)


def poll(
    twins: Twins, at: datetime, *, ea: str = FIRST_EA, most: int = 10, unresolved: tuple[str, ...] = ()
) -> Document:
    request = {"instance_id": ea, "max_directives": most, "unresolved": list(unresolved)}
    return twins.send("/poll", request, at=at)


def ack(twins: Twins, at: datetime, *directives: Document, ea: str = FIRST_EA) -> list[Document]:
    ids = [directive["directive_id"] for directive in directives]
    answer = twins.send("/ack", {"instance_id": ea, "directive_ids": ids}, at=at)
    results: list[Document] = answer["results"]
    return results


def report(twins: Twins, at: datetime, *events: Document, ea: str = FIRST_EA) -> list[Document]:
    answer = twins.send("/report", {"instance_id": ea, "events": list(events)}, at=at)
    results: list[Document] = answer["results"]
    return results


def sync(twins: Twins, at: datetime, positions: list[Document] | None = None, **account: Any) -> Document:
    request = documents.sync_request(
        FIRST_EA, account=documents.account_state(**account), positions=positions or []
    )
    return twins.send("/sync", request, at=at)


def position(directive: Document, **changes: Any) -> Document:
    return {
        "position_id": "7001",
        "directive_no": directive["directive_no"],
        "symbol": "EURUSD",
        "side": "buy",
        "volume_lots": "0.1",
        "open_price": "1.1",
        "stop_loss": None,
        "take_profit": None,
        "profit": "0",
        "swap": "0",
        "opened_at": timestamp_text(T0),
    } | changes


def codes(results: list[Document]) -> list[str | None]:
    return [result["code"] for result in results]


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


def test_a_repeated_report_is_answered_with_its_first_anomalies(twins: Twins) -> None:
    never = twins.issue(opening(), at=T0)
    fill = event(never["directive_id"], volume_lots="0.1")
    first, again = (report(twins, after(seconds=n), fill)[0] for n in range(2))
    assert (again["outcome"], again["anomalies"]) == ("duplicate", first["anomalies"])


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
    modify = opening(action="modify", volume_lots=None, target_directive_no=opened["directive_no"])
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


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Contract-Version": None},
        {"X-Contract-Version": "2"},
        {"Authorization": None},
        {"Authorization": "Bearer ds_abcdefghijkl_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ"},
        {"Content-Type": "text/plain"},
    ],
)
def test_the_door_refuses_the_same(twins: Twins, headers: dict[str, str | None]) -> None:
    body = {"instance_id": FIRST_EA, "max_directives": 1, "unresolved": []}
    assert twins.send("/poll", body, at=T0, headers=headers)["code"]


@pytest.mark.parametrize(
    "body",
    ["{", '{"instance_id": 1}', f'{{"instance_id": "{FIRST_EA}", "max_directives": 0, "unresolved": []}}'],
)
def test_bodies_that_are_no_message_are_refused_the_same(twins: Twins, body: str) -> None:
    assert twins.send("/poll", body, at=T0)["code"] in {"request_not_json", "request_invalid"}


def recorded(line: str) -> list[Document]:
    """What the officer and the director said in a run of the simulator, and what they were answered."""
    words = command(executable(), "--exchanges", "scenario", *line.split())
    done = subprocess.run(words, capture_output=True, text=True, check=True)  # noqa: S603 - our own executable
    exchanges: list[Document] = json.loads(done.stdout)["exchanges"]
    return exchanges


def without_story(document: Any) -> Any:
    """An answer without what the ledger makes up itself when it issues a directive."""
    if isinstance(document, list):
        return [without_story(item) for item in document]
    if isinstance(document, dict):
        return {key: without_story(value) for key, value in document.items() if key != "signal_id"}
    return document


@pytest.mark.parametrize(
    "line",
    [
        "market none -",
        "market web-twice@1x9999 60",
        "market journal-gone@10 -",
        "stops web-lost:report@1x3 -",
        "stops two-terminals 40",
        "pending none 70h",
        "pending order-late-lost@1/100 -",
        "gates none -",
        "gates order-answer@1x3/10018 -",
        "stops web-truncated:ack@1 55",
        "pending order-silent-done@1 60",
    ],
)
def test_what_the_officer_sent_is_answered_the_same_by_the_real_functions(
    project: Project, line: str
) -> None:
    exchanges = recorded(line)
    start = parse_timestamp(exchanges[0]["at"]) - timedelta(minutes=1)
    with ProtocolServer(executable()) as server:
        twins = Twins(project, server, start, takeover_seconds=TAKEOVER_SECONDS)
        project.execute("update ledger.settings set poll_busy_ms = 1000, poll_idle_ms = 4000 where only_row")
        replayed = Replay(twins)
        for exchange in exchanges:
            replayed.play(exchange)
    assert replayed.calls > 10


class Replay:
    """Tells the real functions what a simulated ledger was told; ids are the only thing that may differ."""

    def __init__(self, twins: Twins) -> None:
        self.twins = twins
        self.calls = 0
        self._ids: dict[str, str] = {}

    def play(self, exchange: Document) -> None:
        """One exchange: its answer must be the recorded one."""
        at = parse_timestamp(exchange["at"])
        if "issue" in exchange:
            proposal = exchange["issue"]
            made = self.twins.issue(proposal, at=at)
            assert made["directive_no"] == proposal["directive_no"]
            self._ids[proposal["directive_id"]] = made["directive_id"]
        elif "halt" in exchange:
            self.twins.halt(exchange["halt"][0], exchange["halt"][1], at)
        elif "resume" in exchange:
            self.twins.resume(exchange["resume"][0], exchange["resume"][1], at)
        else:
            self._send(exchange, at)

    def _send(self, exchange: Document, at: datetime) -> None:
        key = self.twins.keys["demo-1"]
        body = self._translated(exchange["request"])
        real = self.twins.project.send(exchange["path"], body.encode(), key=key, at=at)
        expected = json.loads(self._translated(exchange["answer"]))
        assert (real.status, without_story(real.document)) == (exchange["status"], without_story(expected))
        self.calls += 1

    def _translated(self, document: Any) -> str:
        text = json.dumps(document)
        for simulated, real in self._ids.items():
            text = text.replace(simulated, real)
        return text
