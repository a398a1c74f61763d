"""Calls to the HTTP functions by one holder of an API key, repeated until they are answered."""

import json
import time
import uuid
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

import requests

from functions.contract.base import Message
from functions.contract.scalars import timestamp_text
from scripts.tools.demo.errors import DemoError

CONTRACT_VERSION = "1"
# Longer than a function waits for the ledger, so that it is the function that says what went wrong.
TIMEOUT_SECONDS = (2.0, 15.0)
# How often one request is sent before the demo gives up, and how long it waits in between at first.
ATTEMPTS = 6
FIRST_PAUSE_SECONDS = 0.2

Answer = TypeVar("Answer", bound=Message)


class Caller:
    """One connection to the functions under one API key; not to be shared between threads.

    seconds: how long each call took, by path.
    """

    def __init__(self, functions_url: str, api_key: str) -> None:
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self._url = functions_url
        self._session = requests.Session()
        # Neither proxies nor .netrc of this machine have a part in calls to it.
        self._session.trust_env = False
        self._session.headers.update(
            {
                "Authorization": f"Bearer {api_key}",
                "Content-Type": "application/json",
                "X-Contract-Version": CONTRACT_VERSION,
            }
        )

    def call(self, path: str, request: Message, answer: type[Answer], *, at: datetime) -> Answer:
        """Send a request as of a simulated moment, and return the answer, checked against its contract.

        What was not answered, or answered with a 5xx, is sent again as it was: every function may be called
        twice. Raises DemoError when it is refused, or still not answered after several attempts.
        """
        body = request.model_dump_json().encode()
        headers = {"X-Simulated-Time": timestamp_text(at), "X-Request-Id": uuid.uuid4().hex}
        for attempt in range(1, ATTEMPTS + 1):
            began = time.perf_counter()
            trouble = self._attempt(path, body, headers)
            self.seconds[path].append(time.perf_counter() - began)
            if isinstance(trouble, requests.Response):
                return answer.model_validate(trouble.json())
            if attempt < ATTEMPTS:
                time.sleep(FIRST_PAUSE_SECONDS * 2 ** (attempt - 1))
        raise DemoError(f"POST {path} got no answer in {ATTEMPTS} attempts; the last: {trouble}")

    def close(self) -> None:
        """Let the connection go."""
        self._session.close()

    def _attempt(self, path: str, body: bytes, headers: Mapping[str, str]) -> requests.Response | str:
        """The answer, or why there is none yet. A refusal is final and raises."""
        try:
            response = self._session.post(
                self._url + path, data=body, headers=headers, timeout=TIMEOUT_SECONDS
            )
        except requests.RequestException as error:
            return str(error)
        if response.status_code == requests.codes.ok:
            return response
        if response.status_code >= requests.codes.server_error:
            return _problem(response)
        raise DemoError(f"POST {path} was refused: {_problem(response)}")


def _problem(response: requests.Response) -> str:
    try:
        document: dict[str, Any] = response.json()
    except json.JSONDecodeError:
        return f"status {response.status_code}"
    wrong = "; ".join(f"{error['pointer']}: {error['message']}" for error in document.get("errors", ()))
    return f"{document.get('code')}: {document.get('detail')} {wrong}".strip()
