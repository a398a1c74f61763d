"""Sends requests to the HTTP functions in this process, through functions-framework as deployed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import flask
import functions_framework
from flask.testing import FlaskClient

from functions.contract.scalars import timestamp_text

MAIN = Path(__file__).resolve().parents[2] / "main.py"


@dataclass(frozen=True)
class Reply:
    """What came back: `document` is the parsed body, None if it is empty or no JSON."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def document(self) -> Any:
        """The body as JSON."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None

    @property
    def code(self) -> str | None:
        """The problem's code, None for an answer that is no problem."""
        return self.headers.get("X-Problem-Code")


@cache
def client(function: str) -> FlaskClient:
    """A client of one function, by the name it is deployed under."""
    # create_app runs main.py again; the modules behind it, and so the ledger's pool, are shared.
    app: flask.Flask = functions_framework.create_app(function, str(MAIN))  # type: ignore[no-untyped-call]
    return app.test_client()


def send(
    path: str,
    body: object = None,
    *,
    key: str | None = None,
    at: datetime | None = None,
    headers: Mapping[str, str | None] | None = None,
    method: str = "POST",
) -> Reply:
    """Send one request to the function that `path` names.

    body: a document, or bytes that are sent as they are.
    headers: more headers, or others; a header that is None is left out.
    """
    given = {
        "Authorization": f"Bearer {key}" if key else None,
        "Content-Type": "application/json",
        "X-Contract-Version": "1",
        "X-Simulated-Time": timestamp_text(at) if at else None,
        **(headers or {}),
    }
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    response = client(path.strip("/").split("/")[0]).open(
        "/" + "/".join(path.strip("/").split("/")[1:]),
        method=method,
        data=data,
        headers={name: value for name, value in given.items() if value is not None},
    )
    return Reply(response.status_code, dict(response.headers), response.get_data(as_text=True))
