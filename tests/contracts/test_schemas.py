"""The schemas are sound by themselves: valid, named, described, bounded, closed."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from functions.contract import schemas
from functions.contract.problems import CONTRACTS_FOLDER
from tests.contracts.messages import MODELS

ALL = [*schemas.names(), "common"]


def nodes(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every JSON object within a schema, with its path."""
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            yield from nodes(value, f"{path}/{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from nodes(value, f"{path}/{index}")


def shapes(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object type that the schema defines (rules of if and then only narrow them)."""
    for path, node in nodes(schemas.schema(name)):
        if node.get("type") == "object" and "properties" in node:
            yield path, node


def test_no_document_has_a_key_twice() -> None:
    """JSON allows it, and the later one silently wins."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len({key for key, _ in pairs}) == len(pairs), [key for key, _ in pairs]
        return dict(pairs)

    documents = sorted(CONTRACTS_FOLDER.rglob("*.json"))
    assert documents
    for path in documents:
        json.loads(path.read_text(), object_pairs_hook=once)


@pytest.mark.parametrize("name", ALL)
def test_each_schema_is_valid_and_has_the_id_of_its_file(name: str) -> None:
    schema = schemas.schema(name)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"https://distortsignals.dev/contracts/1/{name}.schema.json"


@pytest.mark.parametrize("name", ALL)
def test_each_schema_each_property_and_each_definition_is_described(name: str) -> None:
    schema = schemas.schema(name)
    described = {"": schema} | {f"$defs/{key}": each for key, each in schema.get("$defs", {}).items()}
    for path, shape in shapes(name):
        described |= {f"{path}/{key}": each for key, each in shape["properties"].items()}
    silent = [path for path, each in described.items() if not each.get("description", "").endswith(".")]
    assert schema["title"]
    assert not silent, "no sentence as description"


@pytest.mark.parametrize("name", schemas.names())
def test_each_object_requires_all_its_keys_and_refuses_others(name: str) -> None:
    for path, shape in shapes(name):
        assert shape["required"] == list(shape["properties"]), path
        assert shape["additionalProperties"] is False, path


@pytest.mark.parametrize("name", ALL)
def test_each_value_has_bounds(name: str) -> None:
    bounds = {
        "integer": {"minimum", "maximum"},
        "array": {"items", "maxItems"},
        "string": {"pattern"},
        "object": {"additionalProperties"},
    }
    for path, node in nodes(schemas.schema(name)):
        if "const" in node:
            continue
        kinds = node.get("type", [])
        for kind in [kinds] if isinstance(kinds, str) else kinds:
            missing = bounds.get(kind, set()) - node.keys()
            assert not missing, f"{path} is a {kind} without {missing}"


@pytest.mark.parametrize("name", ALL)
def test_each_pattern_binds_the_whole_string(name: str) -> None:
    patterns = [node["pattern"] for _, node in nodes(schemas.schema(name)) if "pattern" in node]
    loose = [each for each in patterns if not (each.startswith("^") and each.endswith("$"))]
    assert not loose


def test_each_definition_of_the_common_values_is_used() -> None:
    text = "".join(json.dumps(schemas.schema(name)) for name in schemas.names())
    unused = [key for key in schemas.schema("common")["$defs"] if f'#/$defs/{key}"' not in text]
    assert not unused


def test_each_message_has_a_schema_and_a_model() -> None:
    assert set(MODELS) == set(schemas.names())


@pytest.mark.parametrize("name", schemas.names())
def test_the_model_of_a_message_has_the_keys_of_its_schema(name: str) -> None:
    assert set(MODELS[name].model_fields) == set(schemas.schema(name)["properties"])


def test_the_contract_is_imported_without_what_only_tests_need() -> None:
    modules = [path.stem for path in (CONTRACTS_FOLDER.parent / "functions/contract").glob("[a-z]*.py")]
    imports = "".join(f"import functions.contract.{module}; " for module in modules)
    check = (
        f"{imports}import sys; print([name for name in ('jsonschema', 'referencing') if name in sys.modules])"
    )
    # A fresh interpreter: this one has imported everything.
    found = subprocess.run(  # noqa: S603 - our own interpreter and our own text
        [sys.executable, "-c", check], cwd=CONTRACTS_FOLDER.parent, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"
