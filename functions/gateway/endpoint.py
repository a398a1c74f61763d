"""Makes a function of a message an HTTP function: the checks before, the answer and the log line after it."""

import functools
import logging
import re
import time
import uuid
from collections.abc import Callable

import flask
import functions_framework
from werkzeug.exceptions import HTTPException

from functions.contract.problems import Problem
from functions.gateway import admission, answers, body, logs
from functions.gateway.answers import Answer, Document, TextAnswer
from functions.gateway.context import Context
from functions.gateway.validation import Request, validated
from functions.ledger.caller import GATEKEEPER

logger = logging.getLogger(__name__)

Result = Document | Answer | TextAnswer
HttpFunction = Callable[[flask.Request], flask.Response]
Serve = Callable[[flask.Request, logs.RequestNotes], Result]

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def endpoint(
    *, roles: frozenset[str], request: type[Request]
) -> Callable[[Callable[[Request, Context], Result]], HttpFunction]:
    """Register the decorated function as `POST /<its name>`, open to API keys of `roles`.

    The function gets the validated body and its Context, and returns a document (a model, or a mapping of
    what JSON knows) or raises Problem. Checked before it runs, in this order: path, method, contract
    version, API key, role, simulated time, media type, size, JSON, message.
    """

    def decorate(function: Callable[[Request, Context], Result]) -> HttpFunction:
        def serve(http: flask.Request, notes: logs.RequestNotes) -> Result:
            admission.require_contract_version(http)
            notes.caller = admission.caller(http, roles, notes.request_id)
            at = admission.simulated_time(http)
            message = validated(request, body.read_document(http))
            return function(message, Context(notes.caller, notes.request_id, at))

        return _registered(function, "POST", serve)

    return decorate


def reading_endpoint(*, roles: frozenset[str]) -> Callable[[Callable[[Context], Result]], HttpFunction]:
    """Register the decorated function as `GET /<its name>`, open to API keys of `roles`.

    For callers that are not ours, such as monitoring systems: they can send a key and nothing else of our
    contract.
    """

    def decorate(function: Callable[[Context], Result]) -> HttpFunction:
        def serve(http: flask.Request, notes: logs.RequestNotes) -> Result:
            notes.caller = admission.caller(http, roles, notes.request_id)
            return function(Context(notes.caller, notes.request_id, admission.simulated_time(http)))

        return _registered(function, "GET", serve)

    return decorate


def public_endpoint(function: Callable[[Context], Result]) -> HttpFunction:
    """Register the decorated function as `GET /<its name>`, open to everybody and run as the gatekeeper."""

    def serve(http: flask.Request, notes: logs.RequestNotes) -> Result:
        return function(Context(GATEKEEPER, notes.request_id))

    return _registered(function, "GET", serve)


def answer_framework_error(error: HTTPException) -> flask.Response:
    """The answer to a request that the framework refused before any function saw it."""
    return answers.refusal(answers.problem_from_http_exception(error), _request_id(flask.request))


def _registered(function: Callable[..., Result], method: str, serve: Serve) -> HttpFunction:
    logs.configure()
    name = function.__name__

    @functools.wraps(function)
    def handle(http: flask.Request) -> flask.Response:
        started = time.perf_counter()
        with logs.noted(_notes(http, name)) as notes:
            response = _response(http, method, notes, serve)
            if response.status_code == 405:
                response.headers["Allow"] = method
            body.discard_rest(http)
            _log(http, notes, response, time.perf_counter() - started)
        return response

    functions_framework.http(handle)  # notes the name as that of an HTTP function; its wrapper adds nothing
    return handle


def _response(http: flask.Request, method: str, notes: logs.RequestNotes, serve: Serve) -> flask.Response:
    try:
        admission.require_path(http, notes.function)
        admission.require_method(http, method)
        return answers.success(serve(http, notes), notes.request_id)
    except Problem as problem:
        return answers.refusal(problem, notes.request_id)
    except HTTPException as error:
        return answers.refusal(answers.problem_from_http_exception(error), notes.request_id)
    except Exception:
        logger.exception("%s failed", notes.function)
        failure = Problem("internal_error", "The function failed in an unexpected way.")
        return answers.refusal(failure, notes.request_id)


def _notes(http: flask.Request, function: str) -> logs.RequestNotes:
    headers = http.headers
    trace = logs.trace_name(headers.get("X-Cloud-Trace-Context"), headers.get("traceparent"))
    return logs.RequestNotes(_request_id(http), function, trace)


def _request_id(http: flask.Request) -> str:
    given = http.headers.get("X-Request-Id", "")
    # An API key would pass for an id, and ids are written down.
    return given if _REQUEST_ID.fullmatch(given) and logs.redact(given) == given else uuid.uuid4().hex


def _log(http: flask.Request, notes: logs.RequestNotes, response: flask.Response, seconds: float) -> None:
    status = response.status_code
    notes.result = {
        "status": status,
        "code": response.headers.get("X-Problem-Code"),
        "duration_ms": round(seconds * 1000, 3),
    }
    level = logging.ERROR if status >= 500 else logging.WARNING if status >= 400 else logging.INFO
    logger.log(level, "%s %s answered %d", http.method, notes.function, status)
