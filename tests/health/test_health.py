"""Health says whether requests can be served, and whether somebody should look."""

import pytest

from functions.contract.schemas import accepts
from functions.health.health import _status
from tests.support.project import MakeProject, Project


def test_a_ledger_that_answers_and_has_partitions_ahead_is_ok(make_project: MakeProject) -> None:
    with make_project(simulated_time=False) as project:
        reply = project.send("/health", method="GET")
        (newest,) = project.rows("select max(version) as version from supabase_migrations.schema_migrations")

    assert (reply.status, reply.document["status"]) == (200, "ok")
    assert accepts("health_answer", reply.document)
    assert reply.document["ledger"]["reachable"] is True
    assert reply.document["ledger"]["simulated_time"] is False
    assert reply.document["ledger"]["migration"] == newest["version"]


def test_a_ledger_that_does_not_answer_is_told_as_a_document_with_503(project: Project) -> None:
    project.rest.kill()

    reply = project.send("/health", method="GET")
    assert (reply.status, reply.document["status"]) == (503, "degraded")
    assert accepts("health_answer", reply.document)
    assert reply.document["ledger"]["reachable"] is False
    assert reply.code is None


@pytest.mark.parametrize(
    ("partitions_until", "status"),
    [
        ("2026-03-01T00:00:00Z", "ok"),
        ("2026-02-08T00:00:00Z", "ok"),
        ("2026-02-07T23:59:59Z", "degraded"),
        ("2026-01-31T00:00:00Z", "degraded"),
        (None, "degraded"),
    ],
)
def test_less_than_a_week_of_partitions_ahead_needs_a_person(
    partitions_until: str | None, status: str
) -> None:
    assert _status({"partitions_until": partitions_until, "at": "2026-02-01T00:00:00Z"}) == status


def test_health_needs_no_key_and_no_contract_version(project: Project) -> None:
    headers = {"X-Contract-Version": None, "Content-Type": None}

    assert project.send("/health", method="GET", headers=headers).status == 200


def test_health_is_only_read(project: Project) -> None:
    for method in ("POST", "PUT", "DELETE", "HEAD", "OPTIONS"):
        reply = project.send("/health", method=method)
        assert (reply.status, reply.headers["Allow"]) == (405, "GET")
