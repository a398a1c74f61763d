"""The log is one JSON object a line, says who asked for what, and never shows a secret."""

import json
import logging
from typing import Any

import pytest

from functions.gateway import logs
from functions.gateway.logs import REDACTED, RequestNotes, noted, redact, trace_name
from functions.ledger.caller import Caller

API_KEY = "ds_abcdefghijkl_" + "S3cret-_" * 5 + "abc"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoib2ZmaWNlciJ9.c2lnbmF0dXJl"

logger = logging.getLogger("functions.tests")


@pytest.fixture(autouse=True)
def _configured() -> None:
    logs.configure()
    logging.getLogger("functions").setLevel(logging.INFO)


def logged(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    (line,) = capsys.readouterr().out.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def test_a_line_is_one_json_object_with_severity_message_and_utc_time(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logger.warning("two\nlines of %s", "text")

    line = logged(capsys)
    assert (line["severity"], line["message"]) == ("WARNING", "two\nlines of text")
    assert line["time"].endswith("Z")


def test_a_line_within_a_request_says_which_and_whose(capsys: pytest.CaptureFixture[str]) -> None:
    with noted(RequestNotes("request-1", "poll", "projects/p/traces/t")) as notes:
        notes.caller = Caller("officer", "abcdefghijkl", "demo-1")
        logger.info("served")

    line = logged(capsys)
    assert line["request_id"] == "request-1"
    assert line["function"] == "poll"
    assert line["logging.googleapis.com/trace"] == "projects/p/traces/t"
    assert (line["caller_role"], line["caller_account_id"]) == ("officer", "demo-1")


def test_after_the_request_its_notes_are_gone(capsys: pytest.CaptureFixture[str]) -> None:
    with noted(RequestNotes("request-1", "poll")):
        pass
    logger.info("later")

    assert "request_id" not in logged(capsys)


def test_a_stack_trace_stays_in_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise KeyError("lost")
    except KeyError:
        logger.exception("failed")

    line = logged(capsys)
    assert line["severity"] == "ERROR"
    assert "Traceback" in line["message"]
    assert "KeyError: 'lost'" in line["message"]


@pytest.mark.parametrize(
    "text",
    [
        API_KEY,
        f"Authorization: Bearer {API_KEY}",
        JWT,
        f"bearer {JWT}",
        "Basic c2VjcmV0OnNlY3JldA==",
        "sb_secret_abcdefghijklmnop",
        f"{{'Authorization': 'Bearer {JWT}', 'apikey': 'sb_publishable_xyz'}}",
    ],
)
def test_credentials_are_redacted(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    logger.info("headers %s, as %r", text, {"x": text})

    line = json.dumps(logged(capsys))
    assert REDACTED in line
    for secret in ("S3cret", "c2lnbmF0dXJl", "c2VjcmV0", "abcdefghijklmnop", "sb_publishable_xyz"):
        assert secret not in line


def test_credentials_in_a_stack_trace_are_redacted(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise ValueError(f"cannot use {API_KEY}")
    except ValueError:
        logger.exception("failed")

    assert "S3cret" not in json.dumps(logged(capsys))


def test_what_is_no_credential_is_left_alone() -> None:
    text = "officer abcdefghijkl polled directives 1..3 of demo-1 at 2026-01-05T14:00:00Z"

    assert redact(text) == text


def test_a_line_has_a_bounded_length(capsys: pytest.CaptureFixture[str]) -> None:
    logger.error("begin%send", "x" * 1_000_000)

    message = logged(capsys)["message"]
    assert len(message) < 2 * logs.MAX_TEXT
    assert message.startswith("begin")
    assert message.endswith("end")


@pytest.mark.parametrize(
    ("cloud_trace", "trace_parent"),
    [
        ("0123456789abcdef0123456789abcdef/123;o=1", None),
        ("0123456789ABCDEF0123456789ABCDEF", None),
        (None, "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"),
        ("garbage", "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"),
    ],
)
def test_either_trace_header_names_the_trace(
    cloud_trace: str | None, trace_parent: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "demo")

    assert trace_name(cloud_trace, trace_parent) == "projects/demo/traces/0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(("cloud_trace", "trace_parent"), [(None, None), ("x/1", "00-x-y-01"), ("", "")])
def test_a_garbled_trace_header_names_nothing(
    cloud_trace: str | None, trace_parent: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "demo")

    assert trace_name(cloud_trace, trace_parent) is None


def test_outside_google_cloud_there_is_no_trace_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GOOGLE_CLOUD_PROJECT", raising=False)

    assert trace_name("0123456789abcdef0123456789abcdef/1", None) is None
