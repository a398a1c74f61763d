"""Schema and model give a damaged document the same verdict, whichever it is."""

from random import Random

import pytest

from functions.contract import schemas
from tests.contracts.messages import SEED, model_accepts, valid_examples
from tests.contracts.mutations import mutations


@pytest.mark.parametrize("name", schemas.names())
def test_a_damaged_document_gets_the_same_verdict_from_schema_and_model(name: str) -> None:
    random = Random(f"{SEED} {name}")  # noqa: S311 - chance that can be repeated is the point
    print(f"TEST_SEED={SEED}")  # noqa: T201 - shown with a failure, to see it again
    differing = []
    for example in valid_examples(name)[:3]:
        for done, document in mutations(example, random, per_place=8):
            verdicts = schemas.accepts(name, document), model_accepts(name, document)
            if len(set(verdicts)) > 1:
                differing.append((done, dict(zip(("schema", "model"), verdicts, strict=True))))
    assert not differing
