"""Whether a journal row's payload is what the contracts of its version say such a row looks like."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from jsonschema_rs import Draft202012Validator, Registry

from functions.contract.problems import CONTRACTS_FOLDER
from scripts.tools.evidence.entries import Entry

JOURNAL_FOLDER: Final = CONTRACTS_FOLDER / "journal"
_SUFFIX: Final = ".schema.json"


@dataclass(frozen=True, slots=True)
class Kind:
    """What events of one prefix are about: a row of `table`, told in the chain of its `entity` and `key`."""

    table: str
    entity: str
    key: tuple[str, ...]


class UnknownVersionError(LookupError):
    """There are no contracts of that version."""


@cache
def kinds(version: int) -> Mapping[str, Kind]:
    """The kinds of events that the contracts of a version know, by prefix. Raises UnknownVersionError."""
    try:
        index = json.loads((JOURNAL_FOLDER / f"v{version}/index.json").read_bytes())
    except FileNotFoundError:
        raise UnknownVersionError(version) from None
    return {prefix: Kind(one["table"], one["entity"], tuple(one["key"])) for prefix, one in index.items()}


@cache
def schema(version: int, name: str) -> dict[str, Any]:
    """The schema of a table's rows, or `common`. Raises FileNotFoundError if there is none."""
    document: dict[str, Any] = json.loads((JOURNAL_FOLDER / f"v{version}/{name}{_SUFFIX}").read_bytes())
    return document


def fault(entry: Entry) -> str | None:
    """What is wrong with an entry's payload, a sentence; None if it is valid."""
    try:
        checks = _checks(entry.contract_version)
    except UnknownVersionError:
        return f"it was written under contract version {entry.contract_version}, which nobody knows"
    check = checks.get(entry.event.partition(".")[0])
    return check(entry) if check else f"nobody knows an event {entry.event}"


@cache
def _checks(version: int) -> Mapping[str, Callable[[Entry], str | None]]:
    resources = [schema(version, path.name.removesuffix(_SUFFIX)) for path in _schema_files(version)]
    resources.append(json.loads((CONTRACTS_FOLDER / f"schemas/common{_SUFFIX}").read_bytes()))
    registry = Registry([(each["$id"], each) for each in resources])
    return {
        prefix: _check(kind, Draft202012Validator(schema(version, kind.table), registry=registry))
        for prefix, kind in kinds(version).items()
    }


def _schema_files(version: int) -> list[Any]:
    return sorted((JOURNAL_FOLDER / f"v{version}").glob(f"*{_SUFFIX}"))


def _check(kind: Kind, validator: Draft202012Validator) -> Callable[[Entry], str | None]:
    is_valid = validator.is_valid

    def check(entry: Entry) -> str | None:
        try:
            payload = json.loads(entry.payload)
            if not is_valid(payload):
                return _first_error(validator, payload)
        except (ValueError, RecursionError) as error:
            return f"its payload cannot be read: {error}"
        return _misplaced(entry, kind, payload)

    return check


def _first_error(validator: Draft202012Validator, payload: object) -> str:
    error = next(validator.iter_errors(payload))
    where = ".".join(str(part) for part in error.instance_path)
    return f"its payload breaks its schema: {where + ': ' if where else ''}{error.message}"


def _misplaced(entry: Entry, kind: Kind, payload: Mapping[str, Any]) -> str | None:
    """A row stands in the chain, and in the month, that its payload belongs to."""
    key = "/".join(_text(payload[column]) for column in kind.key)
    if (entry.entity, entry.key) != (kind.entity, key):
        return f"its payload belongs to {kind.entity} {key}"
    created_at = payload.get("created_at")
    if entry.created_at != (_printed(created_at) if created_at else "1970-01-01 00:00:00+00"):
        return f"its payload belongs to {created_at}"
    return None


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _printed(moment: str) -> str:
    """A time in a payload as PostgreSQL prints it outside JSON."""
    return f"{moment[:10]} {moment[11:-3]}"
