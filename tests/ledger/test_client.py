"""One client serves every role and thread, keeps them apart, and turns every failure into a problem."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx
import pytest

from functions.contract.problems import Problem
from functions.ledger.caller import GATEKEEPER, Caller
from functions.ledger.client import Ledger, ledger, reset
from functions.ledger.settings import Settings
from tests.support.documents import account, sync_request
from tests.support.project import Project

OPERATOR = Caller("operator", "abcdefghijkl")
NOWHERE = {
    "SUPABASE_URL": "http://ledger.invalid",
    "SUPABASE_PUBLISHABLE_KEY": "sb_publishable_abc",
    "SUPABASE_JWT_SECRET": "not a secret: only ever used in tests",
}


def ledger_answering(respond: Callable[[httpx.Request], httpx.Response]) -> Ledger:
    """A ledger behind a network that behaves as no real server does on demand."""
    return Ledger(Settings.from_environment(NOWHERE), transport=httpx.MockTransport(respond))


def code_of(
    source: Ledger, function: str = "health", caller: Caller = GATEKEEPER, **arguments: object
) -> str:
    with pytest.raises(Problem) as caught:
        source.call(function, arguments, caller=caller, request_id="request-1")
    return caught.value.code


def test_a_call_runs_as_the_caller_under_the_requests_id(project: Project) -> None:
    ledger().call("open_account", {"p_account": account()}, caller=OPERATOR, request_id="request-7")

    (row,) = project.rows("select actor, subject, request_id from ledger.journal where actor <> 'postgres'")
    assert row == {"actor": "operator", "subject": "abcdefghijkl", "request_id": "request-7"}


def test_null_is_an_answer(project: Project) -> None:
    found = ledger().call(
        "resolve_api_key", {"p_key_id": "unknown"}, caller=GATEKEEPER, request_id="request-1"
    )
    assert found is None


def test_a_refusal_arrives_with_its_code_status_and_words(project: Project) -> None:
    with pytest.raises(Problem) as caught:
        project.call("operator", "subscribe", p_subscription={"account_id": "nobody", "strategy_id": "none"})

    problem = caught.value
    assert (problem.code, problem.status) == ("account_unknown", 404)
    assert "nobody" in problem.detail


@pytest.mark.parametrize("role", ["generator", "director", "feed", "archivist", "auditor", "gatekeeper"])
def test_a_role_cannot_use_the_operators_doors(role: str, project: Project) -> None:
    caller = Caller(role, "abcdefghijkl")
    assert code_of(ledger(), "open_account", caller, p_account=account()) == "permission_denied"


@pytest.mark.parametrize("role", ["anon", "service_role", "postgres", "authenticator", "nobody"])
def test_no_other_role_gets_anywhere(role: str, project: Project) -> None:
    before = project.contents()
    code = code_of(ledger(), "open_account", Caller(role, "x"), p_account=account())

    assert code in {"permission_denied", "internal_error"}
    assert project.contents() == before


def test_a_function_that_does_not_exist_is_our_bug(project: Project) -> None:
    assert code_of(ledger(), "no_such_function") == "internal_error"
    assert code_of(ledger(), "health", p_unknown=1) == "internal_error"


def test_tokens_signed_with_another_secret_are_our_bug_and_change_nothing(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPABASE_JWT_SECRET", "another secret, also only used in tests")
    reset()

    assert code_of(ledger()) == "internal_error"


def test_threads_never_run_as_each_other(project: Project) -> None:
    """Two accounts' headers mixed up, even once in a while, would be one account trading for another."""
    accounts = [project.open_account(f"demo-{number}") for number in range(6)]

    def sync(turn: int) -> None:
        account_id = accounts[turn % len(accounts)]
        request = sync_request(str(uuid4()))
        request["account"]["balance"] = f"{1000 + turn % len(accounts)}"
        project.call("officer", "sync_account", account_id=account_id, p_request=request)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(sync, range(240)))
    rows = project.rows("select account_id, balance::integer from ledger.account_states order by account_id")
    assert rows == [{"account_id": f"demo-{n}", "balance": 1000 + n} for n in range(6)]


def test_an_outage_is_told_as_one_and_ends_with_it(project: Project) -> None:
    assert project.call("gatekeeper", "health")
    project.rest.kill()
    assert code_of(ledger()) == "ledger_unavailable"

    project.rest.restart()
    assert project.call("gatekeeper", "health")


def test_a_database_that_cuts_us_off_is_an_outage(project: Project) -> None:
    project.stack.drop_database(project.database)

    assert code_of(ledger()) == "ledger_unavailable"


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("slow"),
        httpx.ReadTimeout("slow"),
        httpx.PoolTimeout("busy"),
        httpx.ReadError("reset"),
        httpx.RemoteProtocolError("disconnected"),
    ],
)
def test_a_network_that_fails_is_an_outage(error: httpx.TransportError) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise error

    assert code_of(ledger_answering(fail)) == "ledger_unavailable"


@pytest.mark.parametrize("status", [502, 503, 504, 520, 522])
def test_a_proxys_error_page_is_an_outage(status: int) -> None:
    page = httpx.Response(status, html="<h1>sorry</h1>")

    assert code_of(ledger_answering(lambda request: page)) == "ledger_unavailable"


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, html="<h1>please log in</h1>"),
        httpx.Response(200, content=b""),
        httpx.Response(200, json=[1]),
        httpx.Response(204),
    ],
)
def test_success_without_an_object_is_not_taken_for_the_ledgers(answer: httpx.Response) -> None:
    assert code_of(ledger_answering(lambda request: answer)) == "ledger_unavailable"


def test_a_call_is_sent_once_even_when_it_fails() -> None:
    sent = []

    def fail(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(503)

    code_of(ledger_answering(fail))
    assert len(sent) == 1


def test_no_header_of_one_call_is_left_for_the_next() -> None:
    sent: list[httpx.Headers] = []

    def note(request: httpx.Request) -> httpx.Response:
        sent.append(request.headers)
        return httpx.Response(200, json={})

    source = ledger_answering(note)
    source.call("health", {}, caller=OPERATOR, request_id="request-1")
    source.call("health", {}, caller=GATEKEEPER, request_id="request-2")
    assert [headers["x-request-id"] for headers in sent] == ["request-1", "request-2"]
    assert sent[0]["authorization"] != sent[1]["authorization"]
    assert {headers["content-profile"] for headers in sent} == {"api"}


def test_the_first_callers_share_one_ledger(project: Project) -> None:
    reset()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: ledger(), range(16)))) == 1
