"""An officer's day over HTTP: sync, poll, ack, report; each sent twice, and none about another account."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from functions.contract.scalars import timestamp_text
from functions.contract.schemas import validator
from tests.support import documents
from tests.support.clock import T0, after
from tests.support.http import Reply
from tests.support.project import Project


@dataclass(frozen=True)
class Officer:
    """One running EA of one account."""

    project: Project
    key: str
    instance_id: str

    def send(self, name: str, at: datetime = T0, **body: Any) -> dict[str, Any]:
        """Send a request with this instance's id; the answer, which must be as the contract says."""
        reply = self.project.send(f"/{name}", {"instance_id": self.instance_id} | body, key=self.key, at=at)
        assert reply.status == 200, reply.text
        assert not list(validator(f"{name}_answer").iter_errors(reply.document))
        answer: dict[str, Any] = reply.document
        return answer

    def poll(self, at: datetime = T0, **changes: Any) -> dict[str, Any]:
        return self.send("poll", at, **({"max_directives": 10, "unresolved": []} | changes))

    def ack(self, *directive_ids: str, at: datetime = T0) -> list[dict[str, Any]]:
        results: list[dict[str, Any]] = self.send("ack", at, directive_ids=directive_ids)["results"]
        return results

    def report(self, *events: dict[str, Any], at: datetime = T0) -> list[dict[str, Any]]:
        results: list[dict[str, Any]] = self.send("report", at, events=events)["results"]
        return results


@pytest.fixture
def officers(project: Project) -> list[Officer]:
    """The officers of two accounts that follow one strategy, with a directive pending for each."""
    project.save_strategy()
    found = []
    for account_id in ("demo-1", "demo-2"):
        project.open_account(account_id)
        project.subscribe(account_id)
        officer = Officer(project, project.issue_key("officer", account_id), str(uuid4()))
        request = documents.sync_request(officer.instance_id)
        officer.send("sync", **request)
        found.append(officer)
    project.call("generator", "publish_signals", at=T0, p_signals=[documents.signal(str(uuid4()))])
    decided = project.send("/director", {"max_signals": 10}, key=project.issue_key("director"), at=T0)
    assert decided.document["signals"][0]["issued"] == 2
    return found


def fill(directive: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The event that a directive to open has been filled as it was commanded."""
    return {
        "event_id": str(uuid4()),
        "directive_id": directive["directive_id"],
        "kind": "order_filled",
        "status": "success",
        "order_ticket": "9007199254740993",  # beyond what a double can hold
        "deal_ticket": "18446744073709551615",
        "position_id": "9007199254740993",
        "price": "1.10001",
        "volume_lots": directive["volume_lots"],
        "commission": "-3.5",
        "swap": "0",
        "profit": "0",
        "reason": "expert",
        "retcode": 10009,
        "code": None,
        "message": "'; drop table ledger.accounts; -- “done” \U0001f600",
        "occurred_at": timestamp_text(after(seconds=2)),
        "references_event_id": None,
    } | changes


def test_a_directive_goes_from_poll_to_report(officers: list[Officer]) -> None:
    officer = officers[0]
    (directive,) = officer.poll()["directives"]
    (granted,) = officer.ack(directive["directive_id"], at=after(seconds=1))
    assert (granted["outcome"], granted["directive"]) == ("granted", directive)

    waiting = officer.poll(after(seconds=2))
    assert [each["directive"] for each in waiting["unresolved"]] == [directive]

    (reported,) = officer.report(fill(directive), at=after(seconds=3))
    assert (reported["outcome"], reported["directive_status"]) == ("recorded", "completed")
    settled = officer.poll(after(seconds=4), unresolved=[directive["directive_id"]])
    assert settled["settled"] == [{"directive_id": directive["directive_id"], "status": "completed"}]


def test_an_event_is_kept_to_the_last_digit(officers: list[Officer], project: Project) -> None:
    officer = officers[0]
    (directive,) = officer.poll()["directives"]
    officer.ack(directive["directive_id"])
    event = fill(directive)
    officer.report(event, at=after(seconds=3))

    (row,) = project.rows(
        "select order_ticket::text, deal_ticket::text, price::text, message from ledger.execution_events"
    )
    assert row == {name: event[name] for name in row}


def test_an_ack_sent_twice_is_granted_twice_and_journaled_once(
    officers: list[Officer], project: Project
) -> None:
    officer = officers[0]
    (directive,) = officer.poll()["directives"]

    first = officer.ack(directive["directive_id"])
    journal = project.journal()
    assert officer.ack(directive["directive_id"]) == first
    assert project.journal() == journal


def test_a_report_sent_twice_is_a_duplicate_however_its_numbers_are_written(officers: list[Officer]) -> None:
    officer = officers[0]
    (directive,) = officer.poll()["directives"]
    officer.ack(directive["directive_id"])
    event = fill(directive)
    officer.report(event, at=after(seconds=3))

    (again,) = officer.report(event | {"price": "1.1000100", "swap": "-0.0"}, at=after(seconds=4))
    assert again["outcome"] == "duplicate"
    (other,) = officer.report(event | {"price": "1.10002"}, at=after(seconds=5))
    assert other["outcome"] == "conflict"


def test_an_officer_sees_its_own_accounts_directives_only(officers: list[Officer]) -> None:
    for officer, account_id in zip(officers, ("demo-1", "demo-2"), strict=True):
        assert [each["account_id"] for each in officer.poll()["directives"]] == [account_id]


def test_an_officer_cannot_touch_another_accounts_directive(
    officers: list[Officer], project: Project
) -> None:
    mine, theirs = officers
    (directive,) = theirs.poll()["directives"]
    before = project.rows("select * from ledger.trade_directives order by directive_no")

    (refused,) = mine.ack(directive["directive_id"])
    assert (refused["outcome"], refused["code"]) == ("refused", "directive_unknown")
    (reported,) = mine.report(fill(directive))
    assert (reported["outcome"], reported["directive_status"]) == ("unmatched", None)
    settled = mine.poll(unresolved=[directive["directive_id"]])["settled"]
    assert settled == [{"directive_id": directive["directive_id"], "status": None}]
    assert project.rows("select * from ledger.trade_directives order by directive_no") == before


def test_an_account_in_the_body_is_refused_even_if_it_is_the_right_one(officers: list[Officer]) -> None:
    officer = officers[0]
    body = {"instance_id": officer.instance_id, "max_directives": 1, "unresolved": [], "account_id": "demo-1"}

    reply: Reply = officer.project.send("/poll", body, key=officer.key, at=T0)
    assert (reply.status, reply.document["errors"][0]["pointer"]) == (400, "/account_id")


def test_bars_of_an_officer_are_its_own_and_bars_of_a_feed_everybodys(
    officers: list[Officer], project: Project
) -> None:
    bar = {
        "symbol": "EURUSD",
        "timeframe": "M15",
        "opened_at": timestamp_text(after(minutes=-15)),
        "open": "1.1",
        "high": "1.12",
        "low": "1.09",
        "close": "1.11",
        "tick_volume": 100,
        "spread_points": 8,
    }
    for key in (officers[0].key, officers[1].key, project.issue_key("feed")):
        assert project.send("/bars", {"bars": [bar]}, key=key, at=T0).document["recorded"] == 1

    rows = project.rows("select source from ledger.bars order by source")
    assert [row["source"] for row in rows] == ["account:demo-1", "account:demo-2", "feed"]
