"""The hand-written examples get the verdict of their folder, from the schema and from the model."""

from collections import Counter
from pathlib import Path

import pytest

from functions.contract import schemas
from tests.contracts.messages import MODELS, example_paths, label, model_accepts, read


@pytest.mark.parametrize("path", example_paths("valid"), ids=label)
def test_a_valid_example_is_accepted_by_schema_and_model(path: Path) -> None:
    name, document = path.parent.name, read(path)
    faults = [error.message for error in schemas.validator(name).iter_errors(document)]
    assert not faults
    MODELS[name].model_validate(document)


@pytest.mark.parametrize("path", example_paths("invalid"), ids=label)
def test_an_invalid_example_is_refused_by_schema_and_model(path: Path) -> None:
    name, document = path.parent.name, read(path)
    assert not schemas.accepts(name, document), "the schema accepts it"
    assert not model_accepts(name, document), "the model accepts it"


@pytest.mark.parametrize("path", example_paths("invalid"), ids=label)
def test_an_invalid_example_has_one_fault(path: Path) -> None:
    faults = [error.json_path for error in schemas.validator(path.parent.name).iter_errors(read(path))]
    assert len(set(faults)) == 1


@pytest.mark.parametrize(("verdict", "least"), [("valid", 2), ("invalid", 4)])
def test_each_message_has_enough_examples(verdict: str, least: int) -> None:
    found = Counter(path.parent.name for path in example_paths(verdict))
    assert set(found) == set(MODELS)
    assert min(found.values()) >= least
