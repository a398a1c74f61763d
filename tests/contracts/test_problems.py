"""The codes of problems.json are the codes in use, and each makes a document of the contract."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.contract import schemas
from functions.contract.problems import CONTRACTS_FOLDER, FieldError, Problem, catalogue, field_error
from tests.contracts.messages import read

ROOT = CONTRACTS_FOLDER.parent
CODES = sorted(catalogue())


def migrations() -> str:
    """The text of all migrations."""
    return "\n".join(path.read_text() for path in sorted(ROOT.glob("supabase/migrations/*.sql")))


def raised_in_sql() -> set[tuple[str, int]]:
    """Code and status of each refusal: ledger.refuse(status, 'code', …)."""
    calls = re.findall(r"ledger\.refuse\(\s*(\d+)\s*,\s*'([a-z0-9_]+)'", migrations())
    return {(code, int(status)) for status, code in calls}


def python_trees() -> Iterator[ast.AST]:
    """The parsed modules of the functions, but for the contract, which only lists codes."""
    for path in sorted((ROOT / "functions").rglob("*.py")):
        if "contract" not in path.relative_to(ROOT / "functions").parts:
            yield ast.parse(path.read_text(), str(path))


def raised_in_python() -> set[str]:
    """The first argument of each Problem("code", …)."""
    calls = (node for tree in python_trees() for node in ast.walk(tree) if isinstance(node, ast.Call))
    ours = (
        call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Problem" and call.args
    )
    codes = (call.args[0].value for call in ours if isinstance(call.args[0], ast.Constant))
    return {code for code in codes if isinstance(code, str)}


def texts_in_use() -> set[str]:
    """Every quoted text in SQL and Python: an answer may name a code without raising it."""
    constants = (node for tree in python_trees() for node in ast.walk(tree) if isinstance(node, ast.Constant))
    python = {node.value for node in constants if isinstance(node.value, str)}
    return python | set(re.findall(r"'([a-z0-9_]+)'", migrations()))


def test_each_code_that_sql_raises_is_listed_with_its_status() -> None:
    listed = {(code, entry.status) for code, entry in catalogue().items()}
    assert not raised_in_sql() - listed
    assert raised_in_sql(), "no refusal was found, so nothing was compared"


def test_each_code_that_python_raises_is_listed() -> None:
    assert not raised_in_python() - set(CODES)
    assert raised_in_python(), "no Problem was found, so nothing was compared"


def test_each_listed_code_is_in_use() -> None:
    assert not set(CODES) - texts_in_use()


def test_each_refusal_code_of_an_acknowledgement_is_listed() -> None:
    results = schemas.schema("ack_answer")["$defs"]["ack_result"]["properties"]
    assert set(results["code"]["enum"]) - {None} <= set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_each_code_has_sentences_for_people(code: str) -> None:
    entry = catalogue()[code]
    assert entry.meaning.endswith(".")
    assert entry.action.endswith(".")
    assert not entry.title.endswith(".")


@pytest.mark.parametrize("code", CODES)
def test_each_code_makes_a_document_of_the_contract(code: str) -> None:
    document = Problem(code, "What went wrong.").to_document("request-1")
    faults = [error.message for error in schemas.validator("problem").iter_errors(document)]
    assert not faults
    assert document["hint"] == catalogue()[code].action


@pytest.mark.parametrize(
    "path", sorted(CONTRACTS_FOLDER.glob("examples/valid/problem/*.json")), ids=lambda path: path.stem
)
def test_a_problem_in_an_example_has_the_title_and_status_of_its_code(path: Path) -> None:
    document = read(path)
    entry = catalogue()[document["code"]]
    assert (document["title"], document["status"]) == (entry.title, entry.status)


def test_a_code_that_is_not_listed_cannot_be_raised() -> None:
    with pytest.raises(ValueError, match="no_such_code"):
        Problem("no_such_code", "What went wrong.")


def test_what_is_too_long_or_unprintable_is_cut_to_fit_the_contract() -> None:
    errors = [field_error(["a/b~c", 0, "\ud800" * 600], "\x00" * 501)] * 101
    document = Problem("request_invalid", "x" * 501, hint="\x00", errors=errors).to_document("request-1")
    assert schemas.accepts("problem", document)
    assert document["errors"][0]["pointer"].startswith("/a~1b~0c/0/")


def test_the_empty_path_points_to_the_whole_document() -> None:
    assert field_error((), "is missing") == FieldError(pointer="", message="is missing")
