"""Turns what a function returns or raises into an HTTP answer with the headers every answer has."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import flask
from pydantic import BaseModel
from werkzeug.exceptions import HTTPException

from functions.contract.problems import Problem

CONTRACT_VERSION = "1"
RETRY_AFTER_SECONDS = 2

Document = BaseModel | Mapping[str, Any]

# The only HTTP errors the framework raises by itself; anything else it raises is our bug.
_CODE_OF_STATUS = {
    400: "request_not_json",
    404: "not_found",
    405: "method_not_allowed",
    413: "request_too_large",
    415: "media_type_unsupported",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A document with a status other than 200."""

    document: Document
    status: int


@dataclass(frozen=True, slots=True)
class TextAnswer:
    """Text in a format of its own, for callers that are not ours; status 200."""

    text: str
    media_type: str


def success(result: Document | Answer | TextAnswer, request_id: str) -> flask.Response:
    """The answer to a request that was served."""
    if isinstance(result, TextAnswer):
        return _response(result.text.encode(), 200, result.media_type, request_id)
    answer = result if isinstance(result, Answer) else Answer(result, 200)
    document = answer.document
    if isinstance(document, BaseModel):
        document = document.model_dump(mode="json")
    return _response(_json(document), answer.status, "application/json", request_id)


def refusal(problem: Problem, request_id: str) -> flask.Response:
    """The answer to a request that was not served: an RFC 9457 problem document.

    The code is repeated in a header because an EA may not see the body of an error.
    """
    document = problem.to_document(request_id)
    response = _response(_json(document), problem.status, "application/problem+json", request_id)
    response.headers["X-Problem-Code"] = problem.code
    if problem.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="DistortSignals"'
    return response


def problem_from_http_exception(error: HTTPException) -> Problem:
    """The problem behind an error raised by the HTTP framework."""
    code = _CODE_OF_STATUS.get(error.code or 500, "internal_error")
    return Problem(code, error.description or error.name)


def _json(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _response(body: bytes, status: int, media_type: str, request_id: str) -> flask.Response:
    response = flask.Response(body, status=status, content_type=media_type)
    headers = response.headers
    headers["X-Request-Id"] = request_id
    headers["X-Contract-Version"] = CONTRACT_VERSION
    headers["Cache-Control"] = "no-store"
    if status == 503:
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response
