"""The commands of a person who looks after the ledger, run as typed, against a real ledger."""

import json
import shlex
from io import StringIO
from typing import Any

import pytest
from rich.console import Console
from rich.text import Text
from typer.testing import CliRunner, Result

from functions.contract.scalars import timestamp_text
from scripts.tools.cli import app
from scripts.tools.doctor.table import show
from scripts.tools.operator.ledger import OperatorError
from tests.support import documents
from tests.support.clock import T0, after
from tests.support.project import MakeProject, Project

EA = "5f0c1f0e-64f5-4c0c-8f4c-0a3cf4a6c1de"
SIGNAL_ID = "1b4e28ba-2fa1-51d2-883f-0016d3cca427"


def run(*arguments: str) -> Result:
    """What a command prints; OperatorError is raised as it is."""
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def examined(*, minutes: float) -> tuple[int, dict[str, Any]]:
    """The doctor's exit code and answer at so many minutes after T0."""
    result = run("doctor", "--json", "--at", timestamp_text(after(minutes=minutes)))
    return result.exit_code, json.loads(result.stdout)


def typed(remedy: str) -> Result:
    """Run the command that a remedy says to type, with a reason for the dots."""
    command = remedy[remedy.index("scripts/distort ") :].replace('"..."', '"the broker says so"')
    return run(*shlex.split(command)[1:])


def test_a_remedy_stands_whole_on_a_line_of_its_own_on_a_narrow_terminal() -> None:
    remedy = (
        "scripts/distort directive resolve " + "7f0c1f0e-64f5-4c0c-8f4c-0a3cf4a6c1de " * 3 + '--reason "..."'
    )
    finding = {
        "severity": "critical",
        "kind": "outcome_unknown",
        "since": timestamp_text(T0),
        "explanation": "the officer does not know what became of it " * 4,
        "remedy": remedy,
    }
    printed = StringIO()

    show(
        {"at": timestamp_text(after(minutes=3)), "findings": [finding, finding], "cut": []},
        Console(file=printed, width=80, force_terminal=True, no_color=True),
    )

    lines = [Text.from_ansi(line).plain for line in printed.getvalue().splitlines()]
    assert lines.count(remedy) == 2


@pytest.fixture
def trading(project: Project) -> Project:
    """A project with one account, which follows a strategy and whose officer has synchronised at T0."""
    project.open_account(at=T0)
    project.save_strategy(at=T0)
    project.subscribe(at=T0)
    request = documents.sync_request(EA)
    project.call("officer", "sync_account", account_id="demo-1", at=T0, p_request=request)
    return project


def issued(project: Project) -> str:
    """The id of a directive to open that waits for its officer."""
    project.call("generator", "publish_signals", at=T0, p_signals=[documents.signal(SIGNAL_ID)])
    proposed = {
        "action": "open",
        "side": "buy",
        "order_type": "market",
        "volume_lots": "1",
        "price": None,
        "stop_loss": "1.095",
        "take_profit": None,
        "max_slippage_points": 20,
        "target_directive_no": None,
        "priority": 5,
        "expires_at": timestamp_text(after(hours=1)),
    }
    decision = {
        "account_id": "demo-1",
        "outcome": "issued",
        "reason": "issued",
        "numbers": {},
        "directives": [proposed],
    }
    project.call("director", "decide_signal", at=T0, p_signal_id=SIGNAL_ID, p_decisions=[decision])
    (row,) = project.rows("select directive_id::text from ledger.trade_directives")
    return str(row["directive_id"])


def acknowledged(project: Project) -> str:
    """The id of a directive that an officer took and says nothing of."""
    directive_id = issued(project)
    request = {"instance_id": EA, "directive_ids": [directive_id]}
    project.call("officer", "acknowledge_directives", account_id="demo-1", at=T0, p_request=request)
    return directive_id


def test_a_ledger_in_order_has_nothing_for_a_person_and_exit_code_0(make_project: MakeProject) -> None:
    with make_project(simulated_time=False) as project:
        project.open_account(enabled=False)
        # What the migrations journaled may be minutes old by now.
        run("checkpoint")

        result = run("doctor")

    assert result.exit_code == 0
    assert "account_disabled" in result.stdout
    assert "info: nothing to be done now" in result.stdout


def test_what_needs_a_person_is_told_with_its_remedy_and_exit_code_1(trading: Project) -> None:
    directive_id = issued(trading)

    result = run("doctor", "--at", timestamp_text(after(minutes=10)))

    assert result.exit_code == 1
    assert result.stdout.index("warning: look today") < result.stdout.index("info: nothing")
    assert "directive_not_collected" in result.stdout
    assert f"scripts/distort directive cancel {directive_id}" in " ".join(result.stdout.split())


def test_the_doctor_answers_a_program_in_json(trading: Project) -> None:
    issued(trading)

    code, answer = examined(minutes=10)

    assert code == 1
    assert answer["at"] == timestamp_text(after(minutes=10))
    assert {f["kind"] for f in answer["findings"]} >= {"directive_not_collected", "officer_not_seen"}
    assert all(
        set(f) == {"kind", "severity", "subject", "since", "explanation", "remedy"}
        for f in answer["findings"]
    )


def test_typing_what_the_remedy_says_withdraws_a_directive(trading: Project) -> None:
    directive_id = issued(trading)
    _, answer = examined(minutes=10)
    (finding,) = [f for f in answer["findings"] if f["kind"] == "directive_not_collected"]

    result = typed(finding["remedy"])

    assert result.exit_code == 0
    assert "is cancelled. Its reservation is released." in result.stdout
    (row,) = trading.rows("select directive_id::text, status from ledger.trade_directives")
    assert tuple(row.values()) == (directive_id, "cancelled")
    assert "directive_not_collected" not in {f["kind"] for f in examined(minutes=10)[1]["findings"]}


def test_typing_what_the_remedy_says_settles_an_unknown_outcome(
    trading: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "ada")
    acknowledged(trading)
    _, answer = examined(minutes=20)
    (finding,) = [f for f in answer["findings"] if f["kind"] == "directive_without_result"]

    result = typed(finding["remedy"].replace("completed|failed|cancelled", "failed"))

    assert "is failed. Its reservation is released. A fill reported later is stored" in result.stdout
    (row,) = trading.rows("select action, to_status, reason, decided_by from ledger.operator_actions")
    assert tuple(row.values()) == ("directive_resolved", "failed", "the broker says so", "ada")
    assert trading.rows("select from ledger.exposures") == []


def test_typing_what_the_remedy_says_sets_an_odd_report_aside(trading: Project) -> None:
    directive_id = issued(trading)
    run("directive", "cancel", directive_id, "--reason", "no longer wanted")
    fill = {
        "event_id": "7e57d004-2b97-4e7a-b45f-5387367791cd",
        "directive_id": directive_id,
        "kind": "order_filled",
        "status": "success",
        "price": "1.1",
        "volume_lots": "1",
        "occurred_at": timestamp_text(T0),
    }
    for directive in (directive_id, "2c5ea4c0-4067-11e9-8bad-9b1deb4d3b7d"):
        facts = [fill | {"directive_id": directive, "event_id": fill["event_id"][:-1] + directive[-1]}]
        request = {"instance_id": EA, "events": facts}
        trading.call("officer", "report_executions", account_id="demo-1", at=T0, p_request=request)
    _, answer = examined(minutes=1)
    odd = [f for f in answer["findings"] if f["kind"].startswith("report_")]
    assert {f["kind"] for f in odd} == {"report_unmatched", "report_anomalous"}

    for finding in odd:
        assert typed(finding["remedy"]).exit_code == 0

    assert not [f for f in examined(minutes=1)[1]["findings"] if f["kind"].startswith("report_")]
    assert trading.journal().count("operator.finding_dismissed") == 2


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_what_will_happen_to_a_late_fact_is_said(trading: Project, options: tuple[str, ...]) -> None:
    directive_id = acknowledged(trading)

    result = run("directive", "resolve", directive_id, "completed", "--reason", "seen", *options)

    assert "reserved until its fill is reported" in result.stdout


def test_what_the_ledger_refuses_is_told_with_what_to_do(trading: Project) -> None:
    directive_id = acknowledged(trading)

    with pytest.raises(OperatorError, match=r"directive_taken: .* then resolve it"):
        run("directive", "cancel", directive_id, "--reason", "no longer wanted")


@pytest.mark.parametrize(
    "arguments",
    [
        ("directive", "cancel", "not-an-id", "--reason", "x"),
        ("directive", "cancel", SIGNAL_ID),
        ("directive", "resolve", SIGNAL_ID, "pending", "--reason", "x"),
        ("dismiss", "officer_not_seen", "demo-1", "--reason", "x"),
    ],
)
def test_a_command_that_makes_no_sense_is_turned_away_before_it_reaches_the_ledger(
    arguments: tuple[str, ...],
) -> None:
    assert run(*arguments).exit_code == 2
