"""Whatever goes wrong at the ledger reaches the caller as one problem, and no word of SQL with it."""

import pytest
from postgrest.exceptions import APIError

from functions.gateway import logs
from functions.ledger.refusals import problem_from_api_error

LEAK = 'relation "ledger.api_keys" does not exist, password was hunter2'


def api_error(code: str | None, message: str | None = LEAK, **more: object) -> APIError:
    return APIError({"code": code, "message": message, "details": LEAK, "hint": LEAK, **more})


def test_a_refusal_of_the_ledger_keeps_its_code_detail_and_hint() -> None:
    error = api_error("PT409", "directive_expired", details="It expired at noon.", hint="Poll again.")
    problem = problem_from_api_error(error, "acknowledge_directives")

    assert (problem.code, problem.status) == ("directive_expired", 409)
    assert (problem.detail, problem.hint) == ("It expired at noon.", "Poll again.")


@pytest.mark.parametrize("hint", [None, ""])
def test_a_refusal_without_a_hint_gets_the_one_of_the_catalogue(hint: str | None) -> None:
    problem = problem_from_api_error(api_error("PT404", "account_unknown", hint=hint), "subscribe")

    assert problem.hint


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("42501", "permission_denied"),
        ("PGRST000", "ledger_unavailable"),
        ("PGRST001", "ledger_unavailable"),
        ("PGRST002", "ledger_unavailable"),
        ("PGRST003", "ledger_unavailable"),
        ("08006", "ledger_unavailable"),
        ("53300", "ledger_unavailable"),
        ("57014", "ledger_unavailable"),
        ("57P01", "ledger_unavailable"),
        ("25P04", "ledger_unavailable"),
        ("40P01", "ledger_unavailable"),
        ("55P03", "ledger_unavailable"),
        ("502", "ledger_unavailable"),
        ("503", "ledger_unavailable"),
        ("522", "ledger_unavailable"),
        ("429", "ledger_unavailable"),
        ("PGRST301", "internal_error"),
        ("PGRST202", "internal_error"),
        ("42P01", "internal_error"),
        ("23505", "internal_error"),
        ("P0001", "internal_error"),
        ("PT409", "internal_error"),
        ("5030", "internal_error"),
        ("404", "internal_error"),
        ("", "internal_error"),
        (None, "internal_error"),
    ],
)
def test_a_failure_becomes_the_problem_of_its_kind_and_leaks_nothing(code: str | None, expected: str) -> None:
    problem = problem_from_api_error(api_error(code), "poll_directives")

    assert problem.code == expected
    assert "hunter2" not in str(problem.to_document("request-1"))


def test_a_session_that_died_under_its_statement_is_a_ledger_that_cannot_be_reached() -> None:
    # What PostgREST 12 answers, with status 400, when the database is killed at the right moment.
    error = APIError({"code": "", "message": "", "details": None, "hint": None})

    assert problem_from_api_error(error, "decide_signal").code == "ledger_unavailable"


def test_the_failure_is_told_in_full_in_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    problem_from_api_error(api_error("42P01"), "poll_directives")

    line = capsys.readouterr().out
    assert "api.poll_directives" in line
    assert "42P01" in line
    assert "does not exist" in line
