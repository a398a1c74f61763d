"""The embedded stack: PostgreSQL, migrations, PostgREST and the functions, as one thing."""

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from scripts.tools.stack.credentials import Credentials
from scripts.tools.stack.functions import FunctionsService
from scripts.tools.stack.migrations import migrate
from scripts.tools.stack.paths import shared_directory
from scripts.tools.stack.postgres import DEFAULT_DATABASE, Postgres
from scripts.tools.stack.postgrest import RestService
from scripts.tools.stack.service import Service
from scripts.tools.stack.supervision import Supervision
from scripts.tools.stack.users import can_pass_through, database_user

Progress = Callable[[str], None]
ServiceType = TypeVar("ServiceType", bound=Service)


@dataclass(frozen=True)
class Ports:
    """Ports that must be used; None leaves the choice to the stack."""

    postgres: int | None = None
    postgrest: int | None = None
    functions: int | None = None


class Stack:
    """A whole backend on this machine; use it as a context manager.

    Without `directory` everything lies in a temporary folder that is removed at the end, and the
    database does not wait for the disk. Raises StackError, whose message is for people.
    """

    def __init__(
        self,
        *,
        directory: Path | None = None,
        data_directory: Path | None = None,
        migrations: bool = True,
        postgrest: bool = True,
        functions: bool = True,
        supervised: bool = False,
        durable: bool | None = None,
        workers: int = 2,
        ports: Ports | None = None,
        preferred_ports: Ports | None = None,
        settings: dict[str, str] | None = None,
        progress: Progress = lambda message: None,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._temporary = directory is None
        self.directory = directory or _temporary_directory()
        self.directory.mkdir(parents=True, exist_ok=True)
        # Passed through by the database's user, listed by us alone.
        self.directory.chmod(0o711)
        self._migrations = migrations
        self._wants_postgrest = postgrest
        self._wants_functions = functions
        self._wants_supervision = supervised
        self._workers = workers
        self._ports = ports or Ports()
        self._preferred = preferred_ports or Ports()
        self._settings = settings or {}
        self._progress = progress
        self._changed = changed
        self._extra: list[RestService] = []
        self._postgrest: RestService | None = None
        self._functions: FunctionsService | None = None
        self._supervision: Supervision | None = None
        self.start_seconds: dict[str, float] = {}
        self._credentials = Credentials.kept_in(self.directory / "credentials.json")
        self.postgres = Postgres(
            data_directory or self.directory,
            self._log("postgres"),
            self._credentials,
            durable=durable if durable is not None else not self._temporary,
            port=self._ports.postgres,
        )

    def __enter__(self) -> "Stack":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start everything asked for; when that fails or is interrupted, nothing is left running."""
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop everything, last started first; a temporary stack's files are removed."""
        if self._supervision:
            self._supervision.stop()
            self._supervision = None
        for service in reversed(self.services()):
            service.stop()
        self._extra.clear()
        if self._temporary:
            shutil.rmtree(self.directory, ignore_errors=True)

    def services(self) -> list[Service]:
        """What was asked for and has been made so far, in the order of starting."""
        made = [self.postgres, self._postgrest, self._functions, *self._extra]
        return [service for service in made if service is not None]

    # --- where things are -----------------------------------------------------------------------

    @property
    def database_url(self) -> str:
        """Connection URL of the role `postgres`: owner of the database, no superuser."""
        return self.postgres.url()

    @property
    def admin_url(self) -> str:
        """Connection URL of the superuser `supabase_admin`."""
        return self.postgres.url("supabase_admin")

    @property
    def rest_url(self) -> str:
        """Base URL of PostgREST, without `/rest/v1`."""
        return _made(self._postgrest, "PostgREST").url

    @property
    def functions_url(self) -> str:
        """Base URL of the functions: `/poll` and the others follow it."""
        return _made(self._functions, "functions").url

    @property
    def jwt_secret(self) -> str:
        """The secret that signs role tokens (HS256)."""
        return self._credentials.jwt_secret

    @property
    def publishable_key(self) -> str:
        """A token of the role `anon`, to be sent as `apikey`."""
        return self._credentials.publishable_key()

    def environment(self, rest: RestService | None = None) -> dict[str, str]:
        """What the functions read from their environment, pointing at this stack."""
        url = (rest or _made(self._postgrest, "PostgREST")).url
        return {
            "SUPABASE_URL": url,
            "SUPABASE_REST_URL": url,
            "SUPABASE_PUBLISHABLE_KEY": self.publishable_key,
            "SUPABASE_JWT_SECRET": self.jwt_secret,
            **self._settings,
        }

    def urls(self) -> dict[str, str]:
        """Where a person finds each service; without passwords."""
        return {service.name: service.address for service in self.services()}

    # --- more databases, more PostgRESTs --------------------------------------------------------

    def clone_database(self, database: str, template: str = DEFAULT_DATABASE) -> str:
        """Copy a database nobody is connected to; returns the copy's URL for the role `postgres`.

        Settings of the database itself (`alter database … set`, grants on it) are not copied.
        """
        return self.postgres.clone(database, template)

    def drop_database(self, database: str) -> None:
        """Remove a database and every session in it."""
        self.postgres.drop(database)

    def start_postgrest(self, database: str) -> RestService:
        """One more PostgREST, over another database of the same server; end it with `.stop()`."""
        service = self._new_postgrest(database, f"postgrest-{database}", port=None)
        service.start()
        self._extra.append(service)
        return service

    # --- breaking things on purpose -------------------------------------------------------------

    def kill_postgrest(self) -> None:
        """Kill PostgREST in the middle of whatever it does."""
        _made(self._postgrest, "PostgREST").kill()

    def restart_postgrest(self) -> None:
        """Start PostgREST again on its port."""
        _made(self._postgrest, "PostgREST").restart()

    def kill_functions(self) -> None:
        """Kill the functions in the middle of whatever they do."""
        _made(self._functions, "functions").kill()

    def restart_functions(self) -> None:
        """Start the functions again on their port."""
        _made(self._functions, "functions").restart()

    def kill_postgres(self) -> None:
        """Crash the database: no checkpoint; the next start recovers from the write-ahead log."""
        self.postgres.kill()

    def restart_postgres(self) -> None:
        """Start the database again on its port."""
        self.postgres.restart()

    # --- helpers --------------------------------------------------------------------------------

    def _start(self) -> None:
        with self._step("PostgreSQL"):
            self.postgres.start(self._preferred.postgres)
        if self._migrations:
            with self._step("migrations"):
                migrate(self.database_url, self.directory / "cli")
        if self._wants_postgrest or self._wants_functions:
            with self._step("PostgREST"):
                self._postgrest = self._new_postgrest(DEFAULT_DATABASE, "postgrest", self._ports.postgrest)
                self._postgrest.start(self._preferred.postgrest)
        if self._wants_functions:
            with self._step("functions"):
                self._functions = self._new_functions()
                self._functions.start(self._preferred.functions)
        if self._wants_supervision:
            self._supervision = Supervision(self.services, self._progress)
            self._supervision.start()

    def _new_postgrest(self, database: str, name: str, port: int | None) -> RestService:
        url = self.postgres.url("authenticator", database)
        return RestService(name, self._log(name), url, self.jwt_secret, port)

    def _new_functions(self) -> FunctionsService:
        return FunctionsService(
            self._log("functions"), self.environment(), port=self._ports.functions, workers=self._workers
        )

    def _log(self, name: str) -> Path:
        return self.directory / f"{name}.log"

    @contextlib.contextmanager
    def _step(self, name: str) -> Iterator[None]:
        self._progress(f"starting {name}" if name != "migrations" else "applying migrations")
        began = time.monotonic()
        yield
        self.start_seconds[name] = round(time.monotonic() - began, 3)
        self._changed()


def _temporary_directory() -> Path:
    """A new folder that the database's user can reach, whatever DISTORT_TEMPORARY or TMPDIR say."""
    usual = Path(os.environ.get("DISTORT_TEMPORARY") or tempfile.gettempdir())
    parent = usual if can_pass_through(database_user(), usual) else shared_directory()
    return Path(tempfile.mkdtemp(prefix="distortsignals-", dir=parent))


def _made(service: ServiceType | None, name: str) -> ServiceType:
    if service is None:
        raise RuntimeError(f"this stack was started without {name}")
    return service
