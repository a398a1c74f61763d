"""The project's own HTTP functions behind gunicorn, as many workers as asked for."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from scripts.tools.stack import ports, processes
from scripts.tools.stack.paths import PROJECT
from scripts.tools.stack.postgrest import answers_ok
from scripts.tools.stack.service import Service

THREADS = 8


class FunctionsService(Service):
    """The functions on one port; `settings` is what they read from their environment."""

    start_timeout_seconds = 30.0

    def __init__(
        self,
        log: Path,
        settings: Mapping[str, str],
        *,
        port: int | None,
        workers: int,
    ) -> None:
        super().__init__("functions", log, port)
        self._settings = settings
        self._workers = workers

    @property
    def url(self) -> str:
        """The base URL; the functions' paths follow it."""
        return f"http://{ports.LOOPBACK}:{self.port}"

    @property
    def address(self) -> str:
        """The same."""
        return self.url

    def ready(self) -> bool:
        """Whether the health function says all is well."""
        return answers_ok(f"{self.url}/health", timeout_seconds=5)

    def command(self) -> Sequence[str]:
        """gunicorn, threaded: the functions mostly wait for the database."""
        return [
            sys.executable,
            "-m",
            "gunicorn",
            f"--bind={ports.LOOPBACK}:{self.port}",
            f"--workers={self._workers}",
            f"--threads={THREADS}",
            "--worker-class=gthread",
            "--no-control-socket",
            f"--worker-tmp-dir={self.log.parent}",
            "scripts.tools.stack.serve:application()",
        ]

    def environment(self) -> Mapping[str, str]:
        """Their settings, and nothing of the user's but which provider of bars to ask."""
        feed = {name: value for name, value in os.environ.items() if name.startswith("DISTORT_FEED_")}
        plain = processes.plain_environment(self.log.parent)
        return {**plain, **feed, **self._settings, "PYTHONUNBUFFERED": "1"}

    def directory(self) -> Path | str:
        """The project, where main.py lies."""
        return PROJECT
