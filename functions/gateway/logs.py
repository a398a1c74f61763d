"""One JSON object a line on standard output, as Cloud Logging reads it, with every secret blotted out."""

import json
import logging
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from functions.ledger.caller import Caller

REDACTED = "[redacted]"
# Long enough for a stack trace; a database error can quote a whole request.
MAX_TEXT = 8_000

_SECRETS = re.compile(
    r"ds_[a-z0-9]{12}_[A-Za-z0-9_-]+"  # an API key
    r"|eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"  # a token
    r"|sb_(?:secret|publishable)_[A-Za-z0-9_-]+"  # a key of the Supabase project
    r"|(?i:\b(?:bearer|basic)\s+)[^\s\"',;]+"  # whatever else came as a credential
)
_CLOUD_TRACE = re.compile(r"([0-9a-f]{32})(?:/.*)?", re.IGNORECASE)
_TRACE_PARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?")
_SEVERITY = {"WARNING": "WARNING", "ERROR": "ERROR", "CRITICAL": "CRITICAL", "DEBUG": "DEBUG"}


@dataclass(slots=True)
class RequestNotes:
    """What is known about the request being served; every line logged meanwhile carries it."""

    request_id: str
    function: str
    trace: str | None = None
    caller: Caller | None = None
    result: dict[str, Any] = field(default_factory=dict)

    def as_fields(self) -> dict[str, Any]:
        """The notes as fields of a log line; what is not known is left out."""
        fields: dict[str, Any] = {"request_id": self.request_id, "function": self.function}
        if self.trace:
            fields["logging.googleapis.com/trace"] = self.trace
        if self.caller:
            fields["caller_role"] = self.caller.role
            fields["caller_key_id"] = self.caller.subject
            fields["caller_account_id"] = self.caller.account_id
        return fields | self.result


_notes: ContextVar[RequestNotes | None] = ContextVar("request_notes", default=None)


@contextmanager
def noted(notes: RequestNotes) -> Iterator[RequestNotes]:
    """Put `notes` on every line this thread logs until the block ends."""
    token = _notes.set(notes)
    try:
        yield notes
    finally:
        _notes.reset(token)


def configure() -> None:
    """Send all that `functions` logs to standard output as JSON lines; how much is LOG_LEVEL's to say."""
    root = logging.getLogger("functions")
    if any(isinstance(handler, _StandardOutput) for handler in root.handlers):
        return
    handler = _StandardOutput()
    handler.setFormatter(JsonLines())
    root.addHandler(handler)
    root.setLevel(logging.INFO)  # until the settings have been read
    root.propagate = False  # the framework's own handlers would print each line again, unredacted


def redact(text: str) -> str:
    """`text` without API keys, tokens and other credentials."""
    return _SECRETS.sub(REDACTED, text)


def trace_name(cloud_trace: str | None, trace_parent: str | None) -> str | None:
    """The resource name under which Cloud Logging groups lines, from either trace header.

    None without a valid header or outside Google Cloud (GOOGLE_CLOUD_PROJECT unset).
    """
    project = os.environ.get("GOOGLE_CLOUD_PROJECT")
    found = _CLOUD_TRACE.fullmatch(cloud_trace or "") or _TRACE_PARENT.fullmatch(trace_parent or "")
    return f"projects/{project}/traces/{found[1].lower()}" if project and found else None


class JsonLines(logging.Formatter):
    """Formats a record as one JSON object; `extra={"fields": …}` adds fields of its own to a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record, the notes of its request and its stack trace, redacted, without a line break."""
        message = record.getMessage()
        if record.exc_info:
            message = f"{message}\n{self.formatException(record.exc_info)}"
        notes = _notes.get()
        line = {
            "severity": _SEVERITY.get(record.levelname, "INFO"),
            "message": _shortened(message),
            "time": datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z"),
            "logger": record.name,
            **(notes.as_fields() if notes else {}),
            **getattr(record, "fields", {}),
        }
        return redact(json.dumps(line, default=str, separators=(",", ":")))


class _StandardOutput(logging.StreamHandler[Any]):
    """Writes to whatever standard output is at the moment, which test runners and servers replace."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        return sys.stdout


def _shortened(text: str) -> str:
    # The end of a stack trace names the error, the beginning where it came from: keep both.
    if len(text) <= MAX_TEXT:
        return text
    return f"{text[: MAX_TEXT // 2]} … {text[-MAX_TEXT // 2 :]}"
