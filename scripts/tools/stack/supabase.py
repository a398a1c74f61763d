"""Supabase's own local stack (`supabase start`), with our functions in front of it."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from scripts.tools.stack.binaries import supabase_cli
from scripts.tools.stack.credentials import Credentials
from scripts.tools.stack.errors import StackError
from scripts.tools.stack.functions import FunctionsService
from scripts.tools.stack.migrations import project_view
from scripts.tools.stack.service import Service
from scripts.tools.stack.stack import Ports
from scripts.tools.stack.supervision import Supervision
from scripts.tools.stack.users import database_user

LAST_LINES, LONGEST_LINE = 12, 400  # of what the CLI said, when it fails
START_TIMEOUT_SECONDS = 1800  # the first start downloads everything
# The CLI's variable for its stack without Docker; in config.toml it would hold for everyone.
NATIVE = {"SUPABASE_EXPERIMENTAL_STACK": "1"}


class SupabaseStack:
    """The stack of `supabase start`; needs Docker, or internet for the CLI's experimental native one."""

    def __init__(self, directory: Path, ports: Ports, workers: int, progress: Callable[[str], None]) -> None:
        self._directory = directory
        self._ports = ports
        self._workers = workers
        self._progress = progress
        self._native = not docker_works()
        self._started = False
        self._status: dict[str, str] = {}
        self._functions: FunctionsService | None = None
        self._supervision: Supervision | None = None
        self._jwt_secret = Credentials.kept_in(directory / "credentials.json").jwt_secret

    def start(self) -> None:
        """Start Supabase, apply the migrations, start the functions; raises StackError."""
        way = "its native stack, since Docker does not answer" if self._native else "Docker"
        self._progress(f"starting Supabase with {way} (the first time it downloads images)")
        self._started = True
        started = self._cli("start")
        if started.returncode:
            raise StackError(self._refusal(started))
        self._read_status()
        self._progress("applying migrations")
        migrated = self._cli("migration", "up", "--yes")
        if migrated.returncode:
            raise StackError(f"a migration failed.\n{_words(migrated)}")
        self._start_functions()

    def stop(self) -> None:
        """Stop the functions and Supabase; its data is kept."""
        if self._supervision:
            self._supervision.stop()
        if self._functions:
            self._functions.stop()
        if self._started:
            self._cli("stop")
            self._started = False

    def services(self) -> list[Service]:
        """Those that are our own processes."""
        return [self._functions] if self._functions else []

    def urls(self) -> dict[str, str]:
        """Where a person finds what; without passwords."""
        found = {"supabase": self._status["API_URL"]}
        return found | ({"functions": self._functions.url} if self._functions else {})

    @property
    def database_url(self) -> str:
        """Connection URL of the role `postgres`."""
        return self._status["DB_URL"]

    def environment(self) -> dict[str, str]:
        """What the functions read from their environment."""
        return {
            "SUPABASE_URL": self._status["API_URL"],
            "SUPABASE_PUBLISHABLE_KEY": self._status.get("PUBLISHABLE_KEY") or self._status["ANON_KEY"],
            "SUPABASE_JWT_SECRET": self._status.get("JWT_SECRET", self._jwt_secret),
        }

    def _start_functions(self) -> None:
        self._progress("starting functions")
        log = self._directory / "functions.log"
        self._functions = FunctionsService(
            log, self.environment(), port=self._ports.functions, workers=self._workers
        )
        self._functions.start()
        self._supervision = Supervision(self.services, self._progress)
        self._supervision.start()

    def _read_status(self) -> None:
        asked = ("status", "--env", "--output-format", "json") if self._native else ("status", "-o", "json")
        done = self._cli(*asked)
        self._status = variables_in(done.stdout)
        if "API_URL" not in self._status:
            raise StackError(f"`supabase {' '.join(asked)}` did not tell where the API is.\n{_words(done)}")

    def _cli(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        view = project_view(self._directory / "cli")
        return subprocess.run(  # noqa: S603 - no shell; programs and arguments are ours
            [str(supabase_cli()), *arguments, "--agent=no", f"--workdir={view}"],
            env=self._cli_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=START_TIMEOUT_SECONDS,
            check=False,
        )

    def _cli_environment(self) -> dict[str, str]:
        # Everything of the user's: Docker's contexts and proxies live there.
        environment = os.environ | {"SUPABASE_AUTH_JWT_SECRET": self._jwt_secret, "NO_COLOR": "1"}
        user = database_user()
        if self._native:
            environment |= NATIVE
            environment |= {"SUPABASE_NATIVE_POSTGRES_USER": user.name} if user else {}
        return environment

    def _refusal(self, done: "subprocess.CompletedProcess[str]") -> str:
        tried = (
            "Docker does not answer (`docker info` fails), so its experimental native stack was tried, which "
            "downloads PostgreSQL and PostgREST"
            if self._native
            else "it was started with Docker"
        )
        if "bind" in _words(done).lower():
            return (
                f"`supabase start` found a port of supabase/config.toml in use.\n{_words(done)}\n"
                "Stop what uses it: `scripts/distort stack down` if it is the embedded stack."
            )
        return (
            f"`supabase start` did not succeed; {tried}.\n{_words(done)}\n"
            "Start Docker (https://docs.docker.com/get-docker/) and allow access to the internet, then try "
            "again; or leave out --supabase: the embedded stack needs neither."
        )


def docker_works() -> bool:
    """Whether there is a Docker whose daemon answers."""
    docker = shutil.which("docker")
    if docker is None:
        return False
    try:
        asked = subprocess.run([docker, "info"], capture_output=True, timeout=20, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        return False
    return asked.returncode == 0


def variables_in(text: str) -> dict[str, str]:
    """The variables in what `supabase status` prints as JSON, at the top or one level down."""
    start = text.find("{")
    if start < 0:
        return {}
    document, _ = json.JSONDecoder().raw_decode(text[start:])
    candidates = [document, *(value for value in document.values() if isinstance(value, dict))]
    found: dict[str, object] = next((each for each in candidates if "API_URL" in each), {})
    return {name: value for name, value in found.items() if isinstance(value, str)}


def _words(done: "subprocess.CompletedProcess[str]") -> str:
    lines = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
    return "\n".join(f"  {line[:LONGEST_LINE]}" for line in lines[-LAST_LINES:])
