"""POST /archivist over the real ledger: run again and again, it does each thing once, and names the rest."""

import json
import logging
from datetime import datetime
from typing import Any

import pytest

from functions.contract.problems import Problem
from functions.contract.scalars import timestamp_text
from scripts.tools.evidence.verify.outside_copy import _within
from tests.database.story import (
    FIRST_EA,
    Document,
    decline,
    issue,
    opening,
    signal,
    uuid_of,
)
from tests.support.clock import T0, after
from tests.support.documents import sync_request
from tests.support.project import Project

LATER = after(days=130)


@pytest.fixture
def desk(project: Project) -> Project:
    """A project with an account that follows a strategy and has synced."""
    project.open_account()
    project.save_strategy()
    project.subscribe()
    call(project, "officer", "sync_account", p_request=sync_request(FIRST_EA))
    return project


def call(project: Project, role: str, function: str, at: datetime = T0, **arguments: Any) -> Document:
    account_id = "demo-1" if role == "officer" else None
    return project.call(role, function, account_id=account_id, at=at, **arguments)


def run(project: Project, at: datetime = LATER, **changes: Any) -> Document:
    """The answer of one run."""
    request = {"archive": False, "retention_days": None, "max_leaves": None} | changes
    reply = project.send("/archivist", request, key=project.issue_key("archivist"), at=at)
    assert reply.status == 200, reply.text
    document: Document = reply.document
    return document


def publish(project: Project, name: str = "signal") -> None:
    answer = call(project, "generator", "publish_signals", p_signals=[signal(name)])
    assert [each["outcome"] for each in answer["signals"]] == ["published"]


def directive(project: Project, name: str = "signal") -> str:
    """A directive issued on a signal of that name; returns its id."""
    publish(project, name)
    decisions = [issue("demo-1", opening())]
    call(project, "director", "decide_signal", p_signal_id=uuid_of(name), p_decisions=decisions)
    query = "select directive_id::text as id from ledger.trade_directives where signal_id = %s"
    return str(project.rows(query, uuid_of(name))[0]["id"])


def acknowledge(project: Project, directive_id: str) -> None:
    request = {"instance_id": FIRST_EA, "directive_ids": [directive_id]}
    call(project, "officer", "acknowledge_directives", p_request=request)


def declined(project: Project, name: str = "signal") -> None:
    publish(project, name)
    call(project, "director", "decide_signal", p_signal_id=uuid_of(name), p_decisions=[decline("demo-1")])


def test_what_has_expired_is_cancelled(desk: Project) -> None:
    directive(desk)

    assert run(desk, after(minutes=4))["cancelled"] == 0
    assert run(desk, after(minutes=5))["cancelled"] == 1

    assert desk.rows("select status from ledger.trade_directives") == [{"status": "cancelled"}]


def test_partitions_are_made_three_months_ahead(desk: Project) -> None:
    # The project has them up to April; on 15 May, those of May to August are made.
    answer = run(desk, archive=False)

    assert answer["partitions_made"] == 4
    rows = desk.rows(
        "select max(month)::text as last from ledger.partitioned_months where month < '2026-10-01'"
    )
    assert rows == [{"last": "2026-08-01"}]
    assert run(desk)["partitions_made"] == 0


def test_the_journal_is_sealed(desk: Project) -> None:
    declined(desk)

    answer = run(desk)

    (newest,) = desk.rows(
        "select *, encode(root_hash, 'hex') as root from ledger.checkpoints order by 1 desc limit 1"
    )
    assert (answer["checkpoint"]["checkpoint_no"], answer["checkpoint"]["root_hash"]) == (
        newest["checkpoint_no"],
        newest["root"],
    )
    assert answer["leaves_added"] == newest["tree_size"]


def test_a_backlog_is_sealed_in_parts(desk: Project) -> None:
    declined(desk)

    answer = run(desk, max_leaves=3)

    assert answer["checkpoint"]["checkpoint_no"] > 2
    assert answer["checkpoint"]["tree_size"] == answer["leaves_added"]
    assert desk.rows(
        "select max(tree_size - coalesce(before, 0)) as most from (select tree_size,"
        " lag(tree_size) over (order by checkpoint_no) as before from ledger.checkpoints) c"
    ) == [{"most": 3}]


def test_every_checkpoint_is_written_to_the_log_with_all_its_fields(
    desk: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    declined(desk)
    capsys.readouterr()

    answer = run(desk, max_leaves=3)

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    copies = [line for line in lines if line.get("event") == "ledger.checkpointed"]
    assert len(copies) == answer["checkpoint"]["checkpoint_no"]
    assert copies[-1]["checkpoint"] == answer["checkpoint"]
    assert {(line["message"], line["severity"]) for line in copies} == {("ledger.checkpointed", "INFO")}
    # `scripts/distort verify --checkpoints` finds it in such a line.
    found = _within(copies[-1])
    assert found is not None
    assert found._asdict() == answer["checkpoint"]


def test_a_run_without_news_writes_the_last_checkpoint_down_again(
    desk: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    key = desk.issue_key("archivist")
    request = {"archive": False, "retention_days": None, "max_leaves": None}
    first = desk.send("/archivist", request, key=key, at=LATER)
    capsys.readouterr()

    again = desk.send("/archivist", request, key=key, at=LATER)

    assert again.document == first.document | {"leaves_added": 0, "partitions_made": 0}
    assert "ledger.checkpointed" in capsys.readouterr().out


def test_the_copy_is_written_whatever_the_log_level(
    desk: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    run(desk)
    capsys.readouterr()
    functions = logging.getLogger("functions")
    before = functions.level
    functions.setLevel(logging.CRITICAL)
    try:
        run(desk)
    finally:
        functions.setLevel(before)

    events = [json.loads(line).get("event") for line in capsys.readouterr().out.splitlines()]
    assert events == ["ledger.checkpointed"]


def test_months_that_are_over_are_archived_when_asked_to(desk: Project) -> None:
    declined(desk)
    assert run(desk)["months"] == []

    months = run(desk, archive=True)["months"]

    assert [(month["month"], month["step"], month["waits_for"]) for month in months] == [
        ("2025-11", "moved", None),
        ("2025-12", "moved", None),
        ("2026-01", "moved", None),
    ]
    assert desk.rows("select status from archive.signal_outbox") == [{"status": "archived"}]


def test_archived_twice_there_is_no_month_left(desk: Project) -> None:
    declined(desk)
    run(desk, archive=True)
    steps = desk.rows("select * from ledger.archive_steps")

    assert run(desk, archive=True)["months"] == []
    assert desk.rows("select * from ledger.archive_steps") == steps


def test_an_open_story_keeps_its_month_and_is_named(desk: Project) -> None:
    publish(desk)

    months = run(desk, archive=True)["months"]

    assert [(month["month"], month["step"], month["waits_for"]) for month in months] == [
        ("2025-11", "moved", None),
        ("2025-12", "moved", None),
        ("2026-01", None, "open_stories"),
    ]
    assert months[2]["open_count"] == 1
    assert months[2]["open_stories"] == [
        {
            "reason": "signal_pending",
            "signal_id": uuid_of("signal"),
            "symbol": "EURUSD",
            "created_at": timestamp_text(T0),
            "directive_no": None,
            "account_id": None,
        }
    ]


def test_the_retention_is_the_caller_s(desk: Project) -> None:
    at = after(days=65)

    assert run(desk, at, archive=True)["months"] != []
    assert "2026-01" not in [
        month["month"] for month in run(desk, at, archive=True, retention_days=60)["months"]
    ]
    months = run(desk, at, archive=True, retention_days=38)["months"]
    assert [month["month"] for month in months] == ["2026-01"]


def test_a_retention_shorter_than_signals_may_be_late_is_refused(desk: Project) -> None:
    request = {"archive": True, "retention_days": 6, "max_leaves": None}

    reply = desk.send("/archivist", request, key=desk.issue_key("archivist"), at=LATER)

    assert (reply.status, reply.code) == (422, "retention_invalid")


def test_an_acknowledged_directive_without_a_result_is_named_and_left_alone(desk: Project) -> None:
    made = directive(desk)
    acknowledge(desk, made)

    answer = run(desk, after(minutes=15))

    assert (answer["unresolved_count"], [each["directive_id"] for each in answer["unresolved"]]) == (
        1,
        [made],
    )
    assert desk.rows("select status from ledger.trade_directives") == [{"status": "acknowledged"}]


def test_a_part_that_fails_is_named_and_the_others_are_done(
    desk: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: object) -> None:
        raise Problem("epoch_ended", "The ledger has moved.")

    monkeypatch.setattr("functions.archivist.archive.seal_journal", broken)
    acknowledge(desk, directive(desk))

    answer = run(desk)

    assert answer["failures"] == [{"part": "checkpoint", "code": "epoch_ended"}]
    assert (answer["partitions_made"], answer["unresolved_count"]) == (4, 1)


def test_while_the_ledger_is_away_the_run_is_to_be_repeated(desk: Project) -> None:
    key = desk.issue_key("archivist")
    desk.rest.kill()

    reply = desk.send("/archivist", {"archive": False, "retention_days": None, "max_leaves": None}, key=key)

    assert (reply.status, reply.code) == (503, "ledger_unavailable")
