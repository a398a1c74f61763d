"""Every answer, good or bad, is what the contract says and carries the headers every answer has."""

import pytest

from functions.contract.schemas import validator
from tests.support import documents
from tests.support.clock import after
from tests.support.endpoints import ENDPOINTS, Endpoint
from tests.support.http import Reply, client
from tests.support.project import Project

# The contract's examples play a little earlier.
NOW = after(hours=2)
INSTANCE = "3b8c2f14-8f0e-4c5a-b6d7-9a1e2c3d4f50"


def body_for(endpoint: Endpoint) -> dict[str, object]:
    return documents.sync_request(INSTANCE) if endpoint.name == "sync" else endpoint.valid_request()


def answer_of(project: Project, endpoint: Endpoint, **headers: str) -> Reply:
    project.open_account()
    role = min(endpoint.roles)
    key = project.issue_key(role, "demo-1" if role == "officer" else None)
    return project.send(endpoint.path, body_for(endpoint), key=key, at=NOW, headers=headers)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_a_good_request_is_answered_as_the_contract_says(endpoint: Endpoint, project: Project) -> None:
    reply = answer_of(project, endpoint)

    assert reply.status == 200, reply.text
    assert reply.headers["Content-Type"] == "application/json"
    errors = list(validator(f"{endpoint.name}_answer").iter_errors(reply.document))
    assert not errors, errors


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_the_simulated_time_is_the_time_of_the_answer(endpoint: Endpoint, project: Project) -> None:
    assert answer_of(project, endpoint).document["server_time"] == "2026-01-05T14:00:00Z"


def test_simulated_time_is_refused_where_the_ledger_keeps_real_time(project: Project) -> None:
    project.allow_simulated_time(False)
    project.open_account()
    key = project.issue_key("officer", "demo-1")
    before = project.contents()

    for endpoint in ENDPOINTS:
        if "officer" in endpoint.roles:
            reply = project.send(endpoint.path, body_for(endpoint), key=key, at=NOW)
            assert (reply.status, reply.code) == (400, "simulated_time_disabled")
    assert project.contents() == before


def test_every_answer_names_its_request_and_the_contract_and_is_not_kept(project: Project) -> None:
    key = project.issue_key("director")
    for reply in (
        project.send("/director", {"max_signals": 1}, key=key),
        project.send("/director", {"max_signals": 0}, key=key),
        project.send("/director"),
        project.send("/health", method="GET"),
    ):
        assert reply.headers["X-Contract-Version"] == "1"
        assert reply.headers["Cache-Control"] == "no-store"
        assert len(reply.headers["X-Request-Id"]) == 32


def test_a_callers_request_id_is_kept_in_the_answer_and_the_journal(project: Project) -> None:
    project.open_account()
    key = project.issue_key("officer", "demo-1")
    reply = project.send(
        "/report",
        next(each for each in ENDPOINTS if each.name == "report").valid_request(),
        key=key,
        headers={"X-Request-Id": "ea-4711.retry_2"},
    )

    assert reply.status == 200
    assert reply.headers["X-Request-Id"] == "ea-4711.retry_2"
    rows = project.rows("select distinct request_id from ledger.journal where actor = 'officer'")
    assert rows == [{"request_id": "ea-4711.retry_2"}]


@pytest.mark.parametrize("given", ["short", "x" * 65, "with space", "semi;colon", "ümlaut-umlaut", ""])
def test_a_garbled_request_id_is_replaced(given: str, project: Project) -> None:
    reply = project.send("/poll", headers={"X-Request-Id": given})

    assert len(reply.headers["X-Request-Id"]) == 32
    assert reply.document["request_id"] == reply.headers["X-Request-Id"]


def test_a_refusal_of_the_key_says_how_to_authenticate(project: Project) -> None:
    assert project.send("/poll", {}).headers["WWW-Authenticate"] == 'Bearer realm="DistortSignals"'


def test_while_the_ledger_is_down_callers_are_told_when_to_come_back(project: Project) -> None:
    key = project.issue_key("director")
    project.rest.kill()

    reply = project.send("/director", {"max_signals": 1}, key=key)
    assert (reply.status, reply.code) == (503, "ledger_unavailable")
    assert int(reply.headers["Retry-After"]) > 0


def test_behind_a_load_balancer_the_functions_own_path_is_known(project: Project) -> None:
    reply = client("poll").post("/poll", headers={"X-Contract-Version": "1"})

    assert reply.headers["X-Problem-Code"] == "api_key_missing"


def test_mounted_under_its_path_it_has_no_second_one(project: Project) -> None:
    reply = client("poll").post("/poll", base_url="http://localhost/poll")

    assert reply.headers["X-Problem-Code"] == "not_found"


def test_what_the_framework_refuses_by_itself_is_a_problem_too() -> None:
    reply = client("poll").get("/robots.txt")

    assert reply.status_code == 404
    assert reply.headers["X-Problem-Code"] == "not_found"
    assert not list(validator("problem").iter_errors(reply.get_json(force=True)))
