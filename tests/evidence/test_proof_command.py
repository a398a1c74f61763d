"""`scripts/distort checkpoint` and `proof`, run as typed, against a real ledger, whole and tampered with."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from scripts.tools.cli import app
from scripts.tools.evidence.proof import continues, includes
from scripts.tools.operator.ledger import OperatorError
from tests.database.checkpoints import settle
from tests.database.database import Database
from tests.evidence.conftest import Evidence
from tests.support.project import MakeProject, Project

# What a proof rests on, changed as only the owner of the database can.
FORGERIES = {
    "a leaf": ("merkle_leaves", "row_hash = sha256('forged')", "leaf_no = 2"),
    "its neighbour": ("merkle_leaves", "row_hash = sha256('forged')", "leaf_no = 3"),
    "a node": ("merkle_nodes", "hash = sha256('forged')", "(level, node_no) = (1, 0)"),
    "a root": ("checkpoints", "root_hash = sha256('forged')", "checkpoint_no = 2"),
    "a checkpoint's time": ("checkpoints", "checkpointed_at = now() - interval '1 day'", "checkpoint_no = 2"),
}


def run(*arguments: str) -> Result:
    """What a command prints; OperatorError is raised as it is."""
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def answer(*arguments: str) -> dict[str, Any]:
    """What a command prints with --json."""
    document: dict[str, Any] = json.loads(run(*arguments, "--json").stdout)
    return document


@pytest.fixture(scope="module")
def sealed(make_project: MakeProject) -> Iterator[Project]:
    """A ledger with three checkpoints of three rows each, and whatever the migrations wrote."""
    with make_project() as project:
        for account_id in ("demo-1", "demo-2", "demo-3"):
            project.open_account(account_id)
            for _ in range(2):
                project.issue_key("feed")
            settle(project)
            assert run("checkpoint").exit_code == 0
        yield project


def test_a_checkpoint_covers_what_is_new_and_nothing_twice(sealed: Project) -> None:
    size = len(sealed.rows("select from ledger.merkle_leaves"))
    assert size == len(sealed.rows("select from ledger.journal")) >= 9

    again = answer("checkpoint")

    assert (again["made"], again["leaves_added"]) == (False, 0)
    assert again["checkpoint"]["tree_size"] == size
    assert f"checkpoint 3 of {again['checkpoint']['checkpointed_at']}" in run("checkpoint").stdout
    assert again["checkpoint"]["hash"] in run("checkpoint").stdout


def test_a_row_is_proved_to_be_covered(sealed: Project) -> None:
    (row,) = sealed.rows("select journal_id from ledger.merkle_leaves where leaf_no = 2")
    journal_id = str(row["journal_id"])

    result = run("proof", "inclusion", journal_id)
    document = answer("proof", "inclusion", journal_id, "--checkpoint", "1")

    assert result.exit_code == 0
    assert "The proof holds." in result.stdout
    assert f"journal row {journal_id} was sealed with the hash {document['row_hash']}" in result.stdout
    assert "Whether the row is still there and has this hash, `scripts/distort verify` says." in result.stdout
    assert (document["holds"], document["leaf_no"], document["checkpoint"]["checkpoint_no"]) == (True, 2, 1)


def test_a_checkpoint_is_proved_to_continue_an_earlier_one(sealed: Project) -> None:
    result = run("proof", "consistency", "1")
    document = answer("proof", "consistency", "1", "2")

    assert result.exit_code == 0
    assert "The proof holds." in result.stdout
    assert [document[end]["checkpoint_no"] for end in ("from", "to")] == [1, 2]
    assert document["holds"] is True
    assert all(node in run("proof", "consistency", "1", "2").stdout for node in document["path"])


def test_what_the_ledger_refuses_is_said_in_its_words(sealed: Project) -> None:
    for arguments, code in (
        (("inclusion", "999999"), "journal_row_uncovered"),
        (("inclusion", "1", "--checkpoint", "9"), "checkpoint_unknown"),
        (("consistency", "2", "1"), "checkpoints_reversed"),
    ):
        with pytest.raises(OperatorError, match=code):
            run("proof", *arguments)


def test_a_proof_that_does_not_hold_is_said_aloud_and_ends_with_1(project: Project) -> None:
    for account_id in ("demo-1", "demo-2"):
        project.open_account(account_id)
        settle(project)
        run("checkpoint")
    for statement in _forgery("a root"):
        project.execute(statement)
    (row,) = project.rows("select journal_id from ledger.merkle_leaves where leaf_no = 0")

    for question in (("inclusion", str(row["journal_id"])), ("consistency", "1")):
        result = run("proof", *question)
        assert result.exit_code == 1
        assert "does NOT hold" in result.stdout
        assert answer("proof", *question)["holds"] is False


@pytest.mark.parametrize("forged", FORGERIES)
def test_no_proof_holds_of_what_was_tampered_with(evidence: Evidence, forged: str) -> None:
    journal_id = evidence.database.value("select journal_id from ledger.merkle_leaves where leaf_no = 2")
    question = {"p_journal_id": journal_id, "p_checkpoint_no": 2}
    assert includes(_asked(evidence.database, "inclusion_proof", question))

    for statement in _forgery(forged):
        evidence.database.execute(statement)

    assert not includes(_asked(evidence.database, "inclusion_proof", question))


@pytest.mark.parametrize("forged", ["a root", "a checkpoint's time"])
def test_a_forged_checkpoint_continues_nothing_and_nothing_continues_it(
    evidence: Evidence, forged: str
) -> None:
    questions = [{"p_from": first, "p_to": first + 1} for first in (1, 2)]
    assert all(continues(_asked(evidence.database, "consistency_proof", one)) for one in questions)

    for statement in _forgery(forged):
        evidence.database.execute(statement)

    assert not any(continues(_asked(evidence.database, "consistency_proof", one)) for one in questions)


def _forgery(forged: str) -> list[str]:
    table, change, where = FORGERIES[forged]
    return [
        f"alter table ledger.{table} disable trigger a_guard_row",
        f"update ledger.{table} set {change} where {where}",  # noqa: S608 - both stand in this file
        f"alter table ledger.{table} enable always trigger a_guard_row",
    ]


def _asked(database: Database, function: str, question: dict[str, Any]) -> dict[str, Any]:
    proof: dict[str, Any] = database.call("auditor", function, at=None, **question)
    return proof
