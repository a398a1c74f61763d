"""The JSON Schemas of contracts/schemas, loaded for tools and tests: the deployed functions use the models.

jsonschema is a development dependency, so it is imported where it is used and not with this module.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from functions.contract.problems import CONTRACTS_FOLDER

if TYPE_CHECKING:
    from jsonschema.protocols import Validator
    from referencing import Registry

SCHEMAS_FOLDER: Final = CONTRACTS_FOLDER / "schemas"
_SUFFIX: Final = ".schema.json"


@cache
def names() -> tuple[str, ...]:
    """The names of all messages (`poll_request`, …), sorted; `common` is no message."""
    found = (path.name.removesuffix(_SUFFIX) for path in SCHEMAS_FOLDER.glob(f"*{_SUFFIX}"))
    return tuple(sorted(name for name in found if name != "common"))


@cache
def schema(name: str) -> dict[str, Any]:
    """The schema of one message, or `common`. Raises FileNotFoundError if there is none."""
    document: dict[str, Any] = json.loads((SCHEMAS_FOLDER / f"{name}{_SUFFIX}").read_bytes())
    return document


@cache
def validator(name: str) -> "Validator":
    """A validator of one message, which reads patterns as ECMA-262 does and checks formats."""
    from jsonschema import Draft202012Validator, validators

    ours: type[Validator] = validators.extend(  # type: ignore[no-untyped-call]  # types-jsonschema has no types here
        Draft202012Validator,
        validators={"pattern": _ecma_pattern},
        type_checker=Draft202012Validator.TYPE_CHECKER.redefine("string", _is_unicode),
    )
    return ours(_undeclared(name), registry=_registry(), format_checker=Draft202012Validator.FORMAT_CHECKER)


@cache
def _registry() -> "Registry[Any]":
    from referencing import Registry
    from referencing.jsonschema import DRAFT202012

    contents = [_undeclared(each) for each in (*names(), "common")]
    return Registry().with_resources((each["$id"], DRAFT202012.create_resource(each)) for each in contents)


def _undeclared(name: str) -> dict[str, Any]:
    """The schema without $schema: where it meets it, jsonschema goes on with its own validator."""
    return {key: value for key, value in schema(name).items() if key != "$schema"}


def accepts(name: str, document: Any) -> bool:
    """Whether the schema of the message accepts the document (parsed JSON)."""
    return validator(name).is_valid(document)


def _is_unicode(_checker: object, value: object) -> bool:
    """A lone surrogate is no Unicode (RFC 7493): Python's json reads one, Postgres cannot store it."""
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _ecma_pattern(_validator: object, pattern: str, value: object, _schema: object) -> "Iterator[Any]":
    from jsonschema import ValidationError

    if isinstance(value, str) and not _compiled(pattern).search(value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    r"""`$` is the end of the string in ECMA-262, as `\Z` is in Python, where `$` forgives a last newline."""
    return re.compile(re.sub(r"(\\.|\[(?:\\.|[^\]\\])*\])|\$", lambda found: found[1] or r"\Z", pattern))
