"""Reads a request body: bounded, UTF-8, and JSON that can be read in one way only."""

import io
import json
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

import flask
from werkzeug.exceptions import HTTPException

from functions.contract.problems import Problem, field_error
from functions.gateway.validation import invalid

MAX_BODY_BYTES = 786_432
MAX_DEPTH = 32
# Read and thrown away so that a client still sending gets its answer instead of a reset connection;
# who sends more than this gets the reset.
MAX_DISCARDED_BYTES = 4 * 1_048_576

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def read_document(request: flask.Request) -> Any:
    """The JSON document in the body of `request`.

    Raises Problem: media_type_unsupported, request_too_large, request_not_utf8, request_not_json,
    request_too_deep, duplicate_key, or request_invalid for what JSON allows and no message can mean
    (U+0000, a number beyond all bounds).
    """
    _require_json(request)
    return parse_document(_read(request))


def parse_document(data: bytes) -> Any:
    """The JSON document that `data` is. Raises Problem like `read_document`."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Problem("request_not_utf8", f"Byte {error.start} of the body is not UTF-8.") from error
    document = _decode(text)
    if _too_deep(document):
        raise Problem("request_too_deep", f"The body nests deeper than {MAX_DEPTH} levels.")
    if "\\u" in text:  # only an escape can bring in what UTF-8 and the JSON grammar keep out
        _refuse_unstorable_text(document)
    return document


def discard_rest(request: flask.Request) -> None:
    """Read what is left of the body, up to a bound, and leave an empty stream behind.

    functions-framework reads the whole body into memory after each request; a refused caller could make
    it hold any amount.
    """
    try:
        left = MAX_DISCARDED_BYTES
        while left > 0 and (chunk := request.stream.read(min(65_536, left))):
            left -= len(chunk)
    except (OSError, HTTPException):
        pass  # the client is gone, and what it was sending with it
    request.stream = io.BytesIO()


def _require_json(request: flask.Request) -> None:
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if request.mimetype != "application/json" or charset not in {"utf-8", "utf8"}:
        raise Problem("media_type_unsupported", "The body must be application/json in UTF-8.")
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise Problem("media_type_unsupported", "The body must be sent without a content encoding.")


def _read(request: flask.Request) -> bytes:
    declared = request.content_length
    if declared is not None and declared > MAX_BODY_BYTES:
        _refuse_size()
    # A chunked body declares nothing: read one byte more than allowed and see whether it is there.
    try:
        data = request.stream.read(MAX_BODY_BYTES + 1)
    except (OSError, HTTPException) as error:
        raise Problem("request_not_json", "The body ends before it should.") from error
    if len(data) > MAX_BODY_BYTES:
        _refuse_size()
    return data


def _refuse_size() -> NoReturn:
    raise Problem(
        "request_too_large",
        f"The body is larger than {MAX_BODY_BYTES} bytes.",
        hint="Send fewer items per request.",
    )


def _decode(text: str) -> Any:
    try:
        return _DECODER.decode(text)
    except RecursionError as error:
        raise Problem("request_too_deep", f"The body nests deeper than {MAX_DEPTH} levels.") from error
    except json.JSONDecodeError as error:
        detail = f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        raise Problem("request_not_json", detail) from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        # Parsers disagree on which of the two counts: what one part checks, another might not execute.
        raise Problem("duplicate_key", "An object in the body has the same key twice.")
    return result


def _integer(digits: str) -> int:
    try:
        return int(digits)
    except ValueError as error:  # Python stops at 4,300 digits
        raise _beyond_bounds() from error


def _number(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise _beyond_bounds()
    return value


def _beyond_bounds() -> Problem:
    return invalid([field_error((), "a number is beyond all bounds")])


def _not_a_number(name: str) -> NoReturn:
    raise Problem("request_not_json", f"The body is not JSON: {name} is not a JSON number.")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_number, parse_constant=_not_a_number
)


def _too_deep(document: Any) -> bool:
    level = [document]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in _children(node) if isinstance(child, (dict, list))]
        if not level:
            return False
    return True


def _children(node: Any) -> Iterable[Any]:
    if isinstance(node, dict):
        return node.values()
    return node if isinstance(node, list) else ()


def _refuse_unstorable_text(document: Any) -> None:
    for text in _texts(document):
        if "\0" in text:
            raise invalid([field_error((), "a string contains the character U+0000")])
        if _LONE_SURROGATE.search(text):
            raise Problem("request_not_utf8", "A string escapes half a character (a lone surrogate).")


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        yield from node
    for child in _children(node):
        yield from _texts(child)
