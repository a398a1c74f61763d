"""The contract: schemas, models, examples, problems and the HTTP surface say the same."""
