"""What a schema allows its model accepts; what the model emits the schema allows, and it is the same."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings

from functions.contract import schemas
from tests.contracts.generated import documents
from tests.contracts.messages import MODELS, SEED


@pytest.mark.parametrize("name", schemas.names())
def test_a_generated_document_survives_the_model(name: str) -> None:
    model = MODELS[name]

    @seed(SEED)
    @settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(documents(name))
    def survives(document: Any) -> None:
        assert schemas.accepts(name, document), "the generator is wrong, not the model"
        message = model.model_validate(document)
        emitted = message.model_dump(mode="json")
        assert schemas.accepts(name, emitted)
        again = model.model_validate(emitted)
        assert again == message
        assert again.model_dump(mode="json") == emitted, "the canonical form is not its own canonical form"

    print(f"TEST_SEED={SEED}")  # noqa: T201 - shown with a failure, to see it again
    survives()
