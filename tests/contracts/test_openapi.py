"""openapi.yaml is sound, and says what is served, what is answered and what exists."""

import ast
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

import pytest
import schemathesis
import yaml
from schemathesis.core.result import Ok

from functions.contract import schemas
from functions.contract.problems import CONTRACTS_FOLDER, catalogue
from tests.contracts.messages import MODELS, read

PATH = CONTRACTS_FOLDER / "openapi.yaml"
DOCUMENT: dict[str, Any] = yaml.safe_load(PATH.read_text())
OPERATIONS = {path: operation for path, item in DOCUMENT["paths"].items() for operation in item.values()}


def members(node: Any, wanted: str) -> Iterator[Any]:
    """The value of every member called `wanted`, anywhere in the document."""
    if isinstance(node, dict):
        if wanted in node:
            yield node[wanted]
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from members(each, wanted)


def responses() -> Iterator[tuple[str, dict[str, Any]]]:
    """Status and content of every response, with references followed."""
    for operation in OPERATIONS.values():
        for status, response in operation["responses"].items():
            name = response.get("$ref", "").removeprefix("#/components/responses/")
            yield status, DOCUMENT["components"]["responses"][name] if name else response


def test_the_document_is_valid_openapi_with_references_that_lead_somewhere() -> None:
    # The metaschema wants absolute URIs where the text of OpenAPI allows relative ones.
    absolute = yaml.safe_load(PATH.read_text())
    for examples in members(absolute, "examples"):
        for example in examples.values():
            example["externalValue"] = urljoin(
                "https://distortsignals.dev/contracts/1/", example["externalValue"]
            )
    schemathesis.openapi.from_dict(absolute).validate()
    found = list(schemathesis.openapi.from_path(PATH).get_all_operations())
    assert {each.ok().path for each in found if isinstance(each, Ok)} == set(OPERATIONS)


def test_each_function_of_main_has_its_path_and_each_path_its_function() -> None:
    tree = ast.parse((CONTRACTS_FOLDER.parent / "main.py").read_text())
    exported = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["__all__"]
    ]
    assert {f"/{name}" for names in exported for name in names} == set(OPERATIONS)


@pytest.mark.parametrize("path", OPERATIONS)
def test_each_operation_is_named_after_its_path_and_tagged_with_its_actors(path: str) -> None:
    operation = OPERATIONS[path]
    assert operation["operationId"] == path.removeprefix("/")
    assert set(operation["tags"]) <= {tag["name"] for tag in DOCUMENT["tags"]}
    assert operation["x-roles"] == (operation["tags"] if operation.get("security") != [] else [])


# What monitoring systems read has a format of its own.
@pytest.mark.parametrize("path", sorted(set(OPERATIONS) - {"/metrics"}))
def test_each_success_is_a_message(path: str) -> None:
    content = OPERATIONS[path]["responses"]["200"]["content"]
    name = content["application/json"]["schema"]["$ref"]
    assert name.removeprefix("schemas/").removesuffix(".schema.json") in MODELS


def test_each_problem_of_an_answer_has_its_status() -> None:
    for status, response in responses():
        for code in response.get("x-problem-codes", []):
            assert catalogue()[code].status == int(status), code


def test_each_answer_that_is_a_problem_lists_its_codes() -> None:
    for status, response in responses():
        is_problem = "application/problem+json" in response["content"]
        assert is_problem == bool(response.get("x-problem-codes")), (status, response["description"])


def test_each_answer_has_the_headers_that_every_answer_has() -> None:
    always = {"X-Request-Id", "X-Contract-Version", "Cache-Control"}
    for status, response in responses():
        wanted = always | ({"X-Problem-Code"} if response.get("x-problem-codes") else set())
        wanted |= {"401": {"WWW-Authenticate"}, "503": {"Retry-After"}}.get(status, set())
        assert set(response["headers"]) == wanted, (status, response["description"])


def test_each_example_exists_and_is_one_of_its_schema() -> None:
    contents = [
        content for each in members(DOCUMENT, "content") for content in each.values() if "examples" in content
    ]
    assert contents
    for content in contents:
        for example in content["examples"].values():
            path = CONTRACTS_FOLDER / example["externalValue"]
            assert content["schema"]["$ref"] == f"schemas/{path.parent.name}.schema.json"
            assert schemas.accepts(path.parent.name, read(path)), path
