"""The demo's report: the same numbers for people and for programs, and one story from beginning to end."""

from io import StringIO

import pytest
from rich.console import Console

from scripts.tools.demo.report import Report, report_on, show
from tests.demo.performance import BARS, Copy, Performance


@pytest.fixture
def report(spoiled: Copy, performance: Performance) -> Report:
    """The report on the played demo."""
    return report_on(spoiled.url, performance.played)


def printed(report: Report) -> str:
    """What people see of it."""
    out = StringIO()
    show(report, Console(file=out, width=200))
    return out.getvalue()


def test_programs_get_ten_keys_and_nothing_else(report: Report) -> None:
    document = report.document()

    assert list(document) == [
        "bars",
        "signals",
        "decisions",
        "directives",
        "orders",
        "events",
        "duplicates",
        "lost",
        "journal_entries",
        "journal_ok",
    ]
    assert document["bars"] == BARS
    assert document["decisions"] == 2 * document["signals"] > 0
    # A directive that expired while the market was closed is reported, and never became an order.
    assert document["events"] >= document["orders"] >= document["directives"] / 2 > 0
    assert (document["duplicates"], document["lost"], document["journal_ok"]) == (0, 0, True)
    assert report.passed


def test_what_an_account_has_earned_is_what_its_balance_has_changed_by(report: Report) -> None:
    for account_id, account in report.played.accounts.items():
        assert report.summary.result_of(account_id) == account.balance - 10_000


def test_the_story_begins_with_its_signal_and_ends_with_a_closed_position(report: Report) -> None:
    assert report.story is not None
    events = [line.event for line in report.story.lines]

    assert events[0] == "signal.published"
    assert events[-1] == "execution.position_closed"
    assert {"decision.issued", "directive.issued", "acknowledgement.granted"} < set(events)
    moments = [line.recorded_at for line in report.story.lines]
    assert moments == sorted(moments)


def test_people_see_every_decision_with_its_reason_and_the_story(report: Report) -> None:
    text = printed(report)

    for line in report.summary.decision_lines:
        assert str(line["reason"]) in text
    assert report.story is not None
    assert report.story.signal_id in text
    assert "NO" not in text.split("invariants")[1]


def test_people_see_what_does_not_hold(spoiled: Copy, performance: Performance) -> None:
    spoiled.tamper("update ledger.journal set actor = 'nobody' where entity = 'directive' and sequence = 1")

    report = report_on(spoiled.url, performance.played)

    assert not report.passed
    assert "hash is not that of its content" in printed(report)


def test_a_demo_without_signals_has_not_shown_anything(spoiled: Copy, performance: Performance) -> None:
    spoiled.tamper(
        "delete from ledger.execution_events",
        "delete from ledger.trade_directives",
        "delete from ledger.signal_outbox",
    )

    report = report_on(spoiled.url, performance.played)

    assert report.story is None
    assert not report.passed
