"""Calls to the functions: what was not answered is sent again as it was, what was refused is not."""

import pytest
import requests
import responses

from functions.contract.poll import PollAnswer, PollRequest
from scripts.tools.demo import calls
from scripts.tools.demo.calls import Caller
from scripts.tools.demo.errors import DemoError
from tests.support.clock import T0

URL = "http://127.0.0.1:1"
REQUEST = PollRequest.model_validate(
    {"instance_id": "5f0c1f0e-64f5-4c0c-8f4c-0a3cf4a6c1de", "max_directives": 1, "unresolved": []}
)
ANSWER = {
    "server_time": "2026-01-05T12:00:00Z",
    "halted": False,
    "poll_after_ms": 500,
    "in_flight": 0,
    "directives": [],
    "unresolved": [],
    "settled": [],
}
UNAVAILABLE = {"code": "ledger_unavailable", "detail": "Not now.", "errors": []}


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "FIRST_PAUSE_SECONDS", 0.0)


def poll() -> PollAnswer:
    """One call."""
    return Caller(URL, "ds_abcdefghijkl_secret").call("/poll", REQUEST, PollAnswer, at=T0)


@responses.activate
def test_what_was_not_answered_is_sent_again_byte_for_byte() -> None:
    responses.post(f"{URL}/poll", body=requests.ConnectionError("gone"))
    responses.post(f"{URL}/poll", json=UNAVAILABLE, status=503)
    responses.post(f"{URL}/poll", body="<html>", status=502)
    responses.post(f"{URL}/poll", json=ANSWER)

    assert poll().in_flight == 0
    sent = [call.request for call in responses.calls]
    assert len(sent) == 4
    assert len({request.body for request in sent}) == 1
    assert {request.headers["X-Simulated-Time"] for request in sent} == {"2026-01-05T12:00:00Z"}
    assert {request.headers["Authorization"] for request in sent} == {"Bearer ds_abcdefghijkl_secret"}
    assert {request.headers["X-Contract-Version"] for request in sent} == {"1"}


@responses.activate
def test_it_gives_up_in_the_end_and_says_what_came_last() -> None:
    responses.post(f"{URL}/poll", json=UNAVAILABLE, status=503)

    with pytest.raises(DemoError, match=r"POST /poll got no answer .* ledger_unavailable: Not now"):
        poll()

    assert len(responses.calls) == calls.ATTEMPTS


@responses.activate
def test_a_refusal_is_final() -> None:
    errors = [{"pointer": "/unresolved", "message": "too long"}]
    responses.post(
        f"{URL}/poll", json={"code": "request_invalid", "detail": "No.", "errors": errors}, status=400
    )

    with pytest.raises(DemoError, match=r"request_invalid: No\. /unresolved: too long"):
        poll()

    assert len(responses.calls) == 1
