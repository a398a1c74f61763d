"""Problems: the one way to refuse, with a stable code from contracts/problems.json (RFC 9457)."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import Field, StringConstraints, model_validator

from functions.contract.base import Message, refuse
from functions.contract.scalars import Code, Integer, Text

# Beside the package `functions`, in a checkout and in what a deployment uploads.
CONTRACTS_FOLDER: Final = Path(__file__).resolve().parents[2] / "contracts"
PROBLEM_TYPE: Final = "https://distortsignals.dev/problems/"

RequestId = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9._-]{8,64}$")]
_TEXT_LIMIT: Final = 500
_ERRORS_LIMIT: Final = 100


class FieldError(Message):
    """One fault of a request; `pointer` (RFC 6901) says where, the empty one means the whole document."""

    pointer: Text
    message: Text


class ProblemDocument(Message):
    """The body of every answer that is not a success."""

    type: Annotated[
        str,
        StringConstraints(
            strict=True, pattern=r"^https://distortsignals\.dev/problems/[a-z][a-z0-9_]{0,63}$"
        ),
    ]
    title: Text
    status: Annotated[Integer, Field(ge=400, le=599)]
    code: Code
    detail: Text
    hint: Text | None
    request_id: RequestId
    errors: Annotated[tuple[FieldError, ...], Field(max_length=_ERRORS_LIMIT)]

    @model_validator(mode="after")
    def _lists_errors_only_of_a_request(self) -> Self:
        if self.errors and self.code != "request_invalid":
            refuse("only request_invalid lists errors")
        return self


class CatalogueEntry(Message):
    """What one code means: `action` says what the caller should do."""

    status: Annotated[Integer, Field(ge=400, le=599)]
    title: Text
    meaning: Text
    action: Text


@cache
def catalogue() -> Mapping[str, CatalogueEntry]:
    """Every code there is, read once from contracts/problems.json."""
    entries = json.loads((CONTRACTS_FOLDER / "problems.json").read_bytes())
    return {code: CatalogueEntry.model_validate(entry) for code, entry in entries.items()}


class Problem(Exception):  # noqa: N818 - it is called what RFC 9457 calls it
    """A refusal that reaches the caller as a problem document.

    `code` is one of contracts/problems.json (ValueError otherwise); `detail` is a sentence about this
    occurrence; `hint` says what to do and defaults to the catalogue's action; `errors` are the faults of
    a request, for request_invalid alone.
    """

    def __init__(
        self, code: str, detail: str, *, hint: str | None = None, errors: Iterable[FieldError] = ()
    ) -> None:
        entry = catalogue().get(code)
        if entry is None:
            raise ValueError(f"{code!r} is not listed in contracts/problems.json")
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.status = entry.status
        self.title = entry.title
        self.detail = detail
        self.hint = entry.action if hint is None else hint
        self.errors = tuple(errors)

    def to_document(self, request_id: str) -> dict[str, Any]:
        """The problem document, as JSON values; what is too long for the contract is cut, never an error."""
        return {
            "type": PROBLEM_TYPE + self.code,
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": _fitting(self.detail),
            "hint": _fitting(self.hint),
            "request_id": request_id,
            "errors": [error.model_dump(mode="json") for error in self.errors[:_ERRORS_LIMIT]],
        }


def field_error(path: Iterable[str | int], message: str) -> FieldError:
    """A fault at `path` (keys and indices, as in the `loc` of pydantic's errors), with its JSON pointer."""
    tokens = (str(token).replace("~", "~0").replace("/", "~1") for token in path)
    return FieldError(pointer=_fitting("".join(f"/{token}" for token in tokens)), message=_fitting(message))


def _fitting(text: str) -> str:
    """The text as the contract can carry it: a sender's own key or a database's detail may be anything."""
    clean = text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    return clean if len(clean) <= _TEXT_LIMIT else clean[: _TEXT_LIMIT - 1] + "…"
