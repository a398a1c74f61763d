"""Whatever is wrong with a request, it is refused with a problem of its own and changes nothing."""

from collections.abc import Iterator

import pytest

from functions.contract.schemas import validator
from tests.support.bad_requests import BadRequest, bad_requests
from tests.support.clock import T0
from tests.support.endpoints import ENDPOINTS, ROLES, Endpoint
from tests.support.http import Reply
from tests.support.project import MakeProject, Project

endpoints = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)


@pytest.fixture(scope="module")
def project(make_project: MakeProject) -> Iterator[Project]:
    """One project for all: nothing here may change it."""
    with make_project(settings={"API_KEY_CACHE_SECONDS": "300"}) as made:
        made.open_account()
        yield made


@pytest.fixture(scope="module")
def keys(project: Project) -> dict[str, str]:
    """A working API key of each role."""
    return {role: project.issue_key(role, "demo-1" if role == "officer" else None) for role in ROLES}


def key_for(endpoint: Endpoint, keys: dict[str, str]) -> str:
    return keys[min(endpoint.roles)]


def refused(reply: Reply) -> str:
    """The code of a refusal; whatever else came back, in words."""
    if not 400 <= reply.status < 500:
        return f"answered {reply.status}: {reply.text[:200]}"
    if reply.headers["Content-Type"] != "application/problem+json":
        return f"no problem document: {reply.text[:200]}"
    errors = (
        [error.message for error in validator("problem").iter_errors(reply.document)] if reply.text else []
    )
    return f"a problem against its schema: {errors}" if errors else str(reply.code)


def send(project: Project, endpoint: Endpoint, bad: BadRequest, key: str) -> Reply:
    return project.send(endpoint.path, bad.body, key=key, at=T0, headers=dict(bad.headers), method=bad.method)


@endpoints
def test_a_bad_request_is_refused_with_its_code_and_changes_nothing(
    endpoint: Endpoint, project: Project, keys: dict[str, str]
) -> None:
    before = project.contents()
    cases = list(bad_requests(endpoint))

    found = {bad.name: refused(send(project, endpoint, bad, key_for(endpoint, keys))) for bad in cases}
    assert found == {bad.name: bad.code for bad in cases}
    assert project.contents() == before


@endpoints
def test_a_key_of_another_role_is_refused(endpoint: Endpoint, project: Project, keys: dict[str, str]) -> None:
    before = project.contents()
    others = [role for role in ROLES if role not in endpoint.roles]

    replies = [
        project.send(endpoint.path, endpoint.valid_request(), key=keys[role], at=T0) for role in others
    ]
    assert [(reply.status, reply.code) for reply in replies] == [(403, "role_not_allowed")] * len(others)
    assert project.contents() == before


@endpoints
def test_a_revoked_key_is_refused(endpoint: Endpoint, project: Project) -> None:
    role = min(endpoint.roles)
    key = project.issue_key(role, "demo-1" if role == "officer" else None)
    project.call("operator", "revoke_api_key", p_key_id=key.split("_")[1])
    before = project.contents()

    reply = project.send(endpoint.path, endpoint.valid_request(), key=key, at=T0)
    assert (reply.status, reply.code) == (401, "api_key_revoked")
    assert project.contents() == before


@endpoints
def test_a_wrong_method_is_told_the_right_one(endpoint: Endpoint, project: Project) -> None:
    for method in ("GET", "HEAD", "OPTIONS", "DELETE"):
        assert project.send(endpoint.path, method=method).headers["Allow"] == "POST"


@endpoints
def test_a_path_below_the_function_is_unknown(
    endpoint: Endpoint, project: Project, keys: dict[str, str]
) -> None:
    for path in ("/more", "/../ack", "/%2e%2e"):
        reply = project.send(
            endpoint.path + path, endpoint.valid_request(), key=key_for(endpoint, keys), at=T0
        )
        assert (reply.status, reply.code) == (404, "not_found"), path


@endpoints
def test_every_fault_of_a_message_is_pointed_at_and_none_is_quoted(
    endpoint: Endpoint, project: Project, keys: dict[str, str]
) -> None:
    document = dict.fromkeys(endpoint.valid_request(), "Sup3rfluous") | {"unknown": "Sup3rfluous"}

    reply = project.send(endpoint.path, document, key=key_for(endpoint, keys), at=T0)
    assert {error["pointer"] for error in reply.document["errors"]} == {f"/{key}" for key in document}
    assert "Sup3rfluous" not in reply.text
