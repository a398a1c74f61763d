"""The in-memory protocol server as a process, to be compared with the real functions."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from mql5.simulator.simulator import command


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back to one request; `document` is its parsed body."""

    status: int
    headers: Mapping[str, str]
    document: Any


class ProtocolServer:
    """Answers requests as the functions do, from memory. A context manager."""

    def __init__(self, binary: Path) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own executable
            command(binary, "server"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> ProtocolServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def open_account(self, account: Mapping[str, Any], key: str) -> None:
        """Open an account, for whoever carries the key."""
        self._tell({"account": dict(account), "key": key})

    def issue(self, directive: Mapping[str, Any]) -> None:
        """Issue a directive, as contracts/schemas/directive writes it."""
        self._tell({"issue": dict(directive)})

    def save_strategy(self, strategy: Mapping[str, Any]) -> None:
        """Save a strategy, of which the server takes in which bars it reads."""
        self._tell({"strategy": dict(strategy)})

    def halt(self, scope: str, value: str | None) -> None:
        """Halt opens of a scope: global, account, symbol or strategy."""
        self._tell({"halt": [scope, value or ""]})

    def resume(self, scope: str, value: str | None) -> None:
        """Take a halt back."""
        self._tell({"resume": [scope, value or ""]})

    def send(self, path: str, body: str, *, headers: Mapping[str, str], at: str) -> Answer:
        """Send one request at a moment (a timestamp)."""
        lower = {name.lower(): value for name, value in headers.items()}
        answer = self._tell({"at": at, "path": path, "headers": lower, "body": body})
        return Answer(answer["status"], answer["headers"], json.loads(answer["body"]))

    def _tell(self, document: Mapping[str, Any]) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(document) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer
