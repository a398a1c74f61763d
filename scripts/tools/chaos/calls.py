"""Calls to the HTTP functions, one attempt each, and a record of every one that was not served."""

import json
import threading
import time
import uuid
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn, TypeVar

import requests
from pydantic import ValidationError

from functions.contract.base import Message
from functions.contract.scalars import timestamp_text
from scripts.tools.chaos.life import SENDING, Died, Life
from scripts.tools.demo.calls import CONTRACT_VERSION, TIMEOUT_SECONDS

# As long as it takes to send a request, and not long enough for its answer.
_NO_TIME_SECONDS = (2.0, 0.003)

Answer = TypeVar("Answer", bound=Message)


class Unanswered(Exception):  # noqa: N818 - the normal case here
    """A call was not served; it may have been carried out. The same request is to be sent again."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A call that was not served: by which service, from when to when (monotonic seconds), and why.

    status and code are those of the answer; None and the exception's text where there was none.
    """

    service: str
    path: str
    began: float
    ended: float
    status: int | None
    code: str
    detail: str


class Calls:
    """What was called, how long it took, and what went wrong. Shared by all callers; safe between threads."""

    def __init__(self) -> None:
        self.troubles: list[Trouble] = []
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self._lock = threading.Lock()

    def served(self, path: str, seconds: float) -> None:
        """Note a call that was answered."""
        with self._lock:
            self.seconds[path].append(seconds)

    def failed(self, trouble: Trouble) -> None:
        """Note one that was not."""
        with self._lock:
            self.troubles.append(trouble)


class Caller:
    """One holder of an API key at one service; not to be shared between threads.

    life: ends the caller's process with a request on its way, if there is one to be ended.
    """

    def __init__(self, service: str, url: str, api_key: str, calls: Calls, life: Life | None = None) -> None:
        self.url = url
        self._service = service
        self._calls = calls
        self._life = life
        self._session = requests.Session()
        # Neither proxies nor .netrc of this machine have a part in calls to it.
        self._session.trust_env = False
        self._session.headers.update(
            {
                "Authorization": f"Bearer {api_key}",
                "Content-Type": "application/json",
                "X-Contract-Version": CONTRACT_VERSION,
                # A connection kept open is closed by the server at some moment, which may be that of a call:
                # it could not be told from a server that was killed.
                "Connection": "close",
            }
        )

    def call(self, path: str, request: Message, answer: type[Answer], *, at: datetime) -> Answer:
        """Send a request as of a simulated moment and return its answer. Raises Unanswered, and Died."""
        headers = {"X-Simulated-Time": timestamp_text(at), "X-Request-Id": uuid.uuid4().hex}
        body = request.model_dump_json().encode()
        if self._life and self._life.ends(SENDING):
            self._send_and_die(path, body, headers)
        began = time.monotonic()
        try:
            response = self._session.post(
                self.url + path, data=body, headers=headers, timeout=TIMEOUT_SECONDS
            )
        except requests.RequestException as error:
            self.fail(path, began, None, type(error).__name__, str(error))
        if response.status_code != requests.codes.ok:
            document = _document(response)
            self.fail(
                path, began, response.status_code, str(document.get("code")), str(document.get("detail"))
            )
        try:
            served = answer.model_validate(response.json())
        except (ValidationError, ValueError) as error:
            self.fail(path, began, response.status_code, "answer_invalid", str(error))
        self._calls.served(path, time.monotonic() - began)
        return served

    def fail(self, path: str, began: float, status: int | None, code: str, detail: str) -> NoReturn:
        """Note that a call, or a part of what it was to do, was not served. Raises Unanswered."""
        trouble = Trouble(self._service, path, began, time.monotonic(), status, code, detail)
        self._calls.failed(trouble)
        raise Unanswered(code)

    def _send_and_die(self, path: str, body: bytes, headers: dict[str, str]) -> None:
        with suppress(requests.RequestException):
            self._session.post(self.url + path, data=body, headers=headers, timeout=_NO_TIME_SECONDS)
        raise Died


def _document(response: requests.Response) -> dict[str, Any]:
    try:
        document = response.json()
    except json.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}
