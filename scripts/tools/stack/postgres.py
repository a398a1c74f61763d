"""The real PostgreSQL 17 as a child process: made once, started, stopped, killed, cloned."""

import shutil
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from scripts.tools.stack import ports, processes
from scripts.tools.stack.binaries import postgres_programs
from scripts.tools.stack.credentials import Credentials
from scripts.tools.stack.errors import StackError
from scripts.tools.stack.service import Service
from scripts.tools.stack.users import User, can_pass_through, database_user, give

ROLES = Path(__file__).with_name("roles.sql")
DEFAULT_DATABASE = "postgres"

# No Unix socket: its path may be at most 107 bytes long, and everything here speaks TCP.
SETTINGS = {
    "listen_addresses": ports.LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "wal_level": "logical",
}
# For data nobody will miss: no waiting for the disk. What was committed survives a crash of the
# server all the same, though not one of the machine.
FRAGILE = {"fsync": "off", "full_page_writes": "off"}


class Postgres(Service):
    """One database server; `directory` gets the sub-folder `data` and must be reachable for `user()`."""

    start_timeout_seconds = 30.0
    farewell = signal.SIGINT  # "fast": sessions are cut off, everything is written to disk

    def __init__(
        self, directory: Path, log: Path, credentials: Credentials, *, durable: bool, port: int | None
    ) -> None:
        super().__init__("postgres", log, port)
        self.data = directory / "data"
        self._credentials = credentials
        self._durable = durable
        self._user = database_user()
        self._programs: Path | None = None

    def start(self, preferred_port: int | None = None) -> None:
        """Make the data folder if there is none, start the server, make Supabase's base roles."""
        if not self.data.exists():
            self._initialise()
        super().start(preferred_port)
        self._make_roles()

    @property
    def address(self) -> str:
        """The database's URL as the role `postgres`, which a password must be added to."""
        return f"postgresql://postgres@{ports.LOOPBACK}:{self.port}/{DEFAULT_DATABASE}"

    def ready(self) -> bool:
        """Whether it lets us in."""
        try:
            psycopg.connect(self.url("supabase_admin", "template1"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def command(self) -> Sequence[str]:
        """The server and its settings."""
        settings = {**SETTINGS, **({} if self._durable else FRAGILE), "port": str(self.port)}
        options = [f"--{name}={value}" for name, value in settings.items()]
        return [str(self._program("postgres")), "-D", str(self.data), *options]

    def environment(self) -> Mapping[str, str]:
        """Nothing of ours."""
        return processes.plain_environment(self.data)

    def user(self) -> User | None:
        """An unprivileged user when we are root."""
        return self._user

    def url(self, role: str = "postgres", database: str = DEFAULT_DATABASE) -> str:
        """A connection URL, password included, for `postgres`, `supabase_admin` or `authenticator`."""
        password = getattr(self._credentials, f"{role}_password")
        place = f"{ports.LOOPBACK}:{self.port}/{quote(database, safe='')}"
        return f"postgresql://{role}:{quote(password, safe='')}@{place}?sslmode=disable"

    def clone(self, database: str, template: str = DEFAULT_DATABASE) -> str:
        """Copy a database that nobody is connected to; returns the URL of the copy for `postgres`."""
        statement = sql.SQL("create database {} template {} owner postgres strategy file_copy")
        with self.connect("supabase_admin", "template1") as connection:
            connection.execute(statement.format(sql.Identifier(database), sql.Identifier(template)))
        return self.url(database=database)

    def drop(self, database: str) -> None:
        """Remove a database, whoever is connected to it."""
        with self.connect("supabase_admin", "template1") as connection:
            connection.execute(
                sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(database))
            )

    def connect(
        self, role: str = "postgres", database: str = DEFAULT_DATABASE
    ) -> "psycopg.Connection[tuple[object, ...]]":
        """A new session in which every statement commits by itself."""
        return psycopg.connect(self.url(role, database), autocommit=True, connect_timeout=10)

    def _crash(self) -> None:
        # No checkpoint, no goodbye: the next start recovers from the write-ahead log. A SIGKILL would
        # leave its sessions behind for a moment, for they are process groups of their own.
        if self.process:
            self.process.stop(signal.SIGQUIT)
            self.process = None

    def _initialise(self) -> None:
        if self._user and not can_pass_through(self._user, self.data.parent):
            raise StackError(
                f"PostgreSQL runs as {self._user.name} here, who cannot reach {self.data.parent}: "
                "give it a folder that everyone may pass through"
            )
        # Made under another name first: an interrupted attempt must not pass for a database.
        unfinished = self.data.with_name("data.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        give(unfinished, self._user)
        password_file = self.data.with_name("password")
        password_file.touch(mode=0o600)
        password_file.write_text(self._credentials.supabase_admin_password)
        give(password_file, self._user)
        try:
            self._initdb(unfinished, password_file)
        finally:
            password_file.unlink()
        unfinished.rename(self.data)

    def _initdb(self, directory: Path, password_file: Path) -> None:
        arguments = [
            str(self._program("initdb")),
            f"--pgdata={directory}",
            "--username=supabase_admin",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
            *([] if self._durable else ["--no-sync"]),
        ]
        done = processes.run(arguments, environment=processes.plain_environment(directory), user=self._user)
        if done.returncode:
            raise StackError(
                f"initdb could not make the database.\n{done.stdout[-500:]}{done.stderr[-1500:]}"
            )

    def _make_roles(self) -> None:
        with self.connect("supabase_admin") as connection, connection.transaction():
            found = connection.execute("select from pg_roles where rolname = 'authenticator'").fetchone()
            if found is not None:
                return
            connection.execute(ROLES.read_text().encode())
            for role in ("postgres", "authenticator"):
                self._set_password(connection, role)

    def _set_password(self, connection: "psycopg.Connection[tuple[object, ...]]", role: str) -> None:
        password = getattr(self._credentials, f"{role}_password")
        hashed = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
        connection.execute(
            sql.SQL("alter role {} password {}").format(sql.Identifier(role), sql.Literal(hashed.decode()))
        )

    def _program(self, name: str) -> Path:
        if self._programs is None:
            self._programs = postgres_programs(self._user)
        return self._programs / name
