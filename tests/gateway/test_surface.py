"""The functions answer every request as openapi.yaml says: schemathesis makes the requests."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from functions.contract.problems import CONTRACTS_FOLDER
from scripts.tools.stack.functions import FunctionsService
from tests.support.project import MakeProject, Project

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
KEY_ROLES = {
    "/generator": "generator",
    "/director": "director",
    "/bars": "feed",
    "/fetch": "feed",
    "/archivist": "archivist",
    "/health": None,
    "/metrics": "monitor",
}
SCHEMA = schemathesis.openapi.from_path(CONTRACTS_FOLDER / "openapi.yaml")


@pytest.fixture(scope="module")
def desk(make_project: MakeProject) -> Iterator[Project]:
    """One project for all requests: none of them may break it for the next."""
    with make_project() as made:
        made.open_account()
        made.save_strategy()
        made.subscribe()
        yield made


@pytest.fixture(scope="module")
def url(desk: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """All functions behind gunicorn, as in the embedded stack."""
    log = tmp_path_factory.mktemp("surface") / "functions.log"
    served = FunctionsService(log, desk.environment(), port=None, workers=1)
    served.start()
    yield served.url
    served.stop()


@pytest.fixture(scope="module")
def keys(desk: Project) -> dict[str, str]:
    """An API key of the role that may call each path."""
    roles = {path: KEY_ROLES.get(path, "officer") for path in SCHEMA}
    return {
        path: desk.issue_key(role, "demo-1" if role == "officer" else None)
        for path, role in roles.items()
        if role
    }


@SCHEMA.parametrize()
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_the_document_says(
    case: schemathesis.Case[Any], url: str, keys: dict[str, str]
) -> None:
    headers = {"X-Contract-Version": "1"}
    if case.path in keys:
        headers["Authorization"] = f"Bearer {keys[case.path]}"
    case.call_and_validate(base_url=url, headers=headers, checks=CHECKS)
