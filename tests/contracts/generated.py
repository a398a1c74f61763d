"""Documents generated from the schemas: what each allows, with short lists and few names.

It knows the words of JSON Schema that our schemas use, and no others (hypothesis-jsonschema knows neither
2020-12 nor the present hypothesis). A word it does not know makes documents that the test refuses.
"""

from functools import cache, partial
from typing import Any, Final

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from functions.contract import schemas

# Enough for every rule between items, and generated in milliseconds.
_LONGEST: Final = 2
Values = SearchStrategy[Any]
Schema = dict[str, Any]


@cache
def documents(name: str) -> Values:
    """Documents of one message."""
    return _values(schemas.schema(name), name)


def _values(schema: Schema, name: str) -> Values:
    """Values that `schema`, a part of the schema of `name`, allows."""
    if "$ref" in schema:
        return _referenced(schema["$ref"], name)
    if "anyOf" in schema:
        return st.one_of([_values(each, name) for each in schema["anyOf"]])
    if "const" in schema or "enum" in schema:
        return st.sampled_from(schema.get("enum") or [schema["const"]])
    kinds = schema["type"]
    return st.one_of(
        [_of_kind(kind, schema, name) for kind in ([kinds] if isinstance(kinds, str) else kinds)]
    )


@cache
def _referenced(reference: str, name: str) -> Values:
    file, _, pointer = reference.partition("#")
    target = file.removesuffix(".schema.json") or name
    found = schemas.schema(target)
    for token in pointer.split("/")[1:]:
        found = found[token]
    return _values(found, target)


def _of_kind(kind: str, schema: Schema, name: str) -> Values:
    match kind:
        case "null":
            return st.none()
        case "boolean":
            return st.booleans()
        case "integer":
            integers = st.integers(schema["minimum"], schema["maximum"])
            return integers | integers.map(float)
        case "string":
            return _strings(schema)
        case "array":
            least = schema.get("minItems", 0)
            return st.lists(_values(schema["items"], name), min_size=least, max_size=max(least, _LONGEST))
        case _:
            return _objects(schema, name) if "properties" in schema else _dictionaries(schema, name)


def _strings(schema: Schema) -> Values:
    pattern = schema["pattern"].removesuffix("$") + r"\Z"
    return st.from_regex(pattern).filter(partial(_fits, schema))


def _dictionaries(schema: Schema, name: str) -> Values:
    keys = _values(schema["propertyNames"], name)
    return st.dictionaries(keys, _values(schema["additionalProperties"], name), max_size=_LONGEST)


def _objects(schema: Schema, name: str) -> Values:
    """Objects that keep the rules between their values: first what the rules ask, then what they say."""
    values = {key: _values(each, name) for key, each in schema["properties"].items()}
    rules = schema.get("allOf", [])
    deciding = {key for rule in rules for key in rule["if"]["properties"]}

    @st.composite
    def objects(draw: DrawFn) -> dict[str, Any]:
        drawn = {key: draw(values[key]) for key in values if key in deciding}
        narrower = _narrower(rules, drawn)
        for key in [each for each in values if each not in deciding]:  # in order, or the seed means nothing
            drawn[key] = draw(values[key])
            if key in narrower and not _fits({"allOf": narrower[key]}, drawn[key]):
                drawn[key] = draw(values[key].filter(partial(_fits, {"allOf": narrower[key]})))
        assume(_fits({"allOf": rules}, drawn))
        return {key: drawn[key] for key in values}

    return objects()


def _narrower(rules: list[Schema], drawn: dict[str, Any]) -> dict[str, list[Schema]]:
    found: dict[str, list[Schema]] = {}
    for rule in rules:
        branch = rule["then"] if _fits(rule["if"], drawn) else rule.get("else", {})
        for key, schema in branch.get("properties", {}).items():
            found.setdefault(key, []).append(schema)
    return found


def _fits(schema: Schema, value: Any) -> bool:
    """Whether a schema without references accepts the value."""
    return schemas.validator("common").evolve(schema=schema).is_valid(value)
