"""The embedded stack: real PostgreSQL, migrations, PostgREST and functions, whole and broken."""

import json
import socket
import time
import urllib.request
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from scripts.tools.stack import Ports, Stack, StackError, migrations, ports
from scripts.tools.stack.routes import ROUTES
from scripts.tools.stack.service import Service
from scripts.tools.stack.users import database_user
from tests.stack.commands import eventually


def get(url: str, path: str) -> tuple[int, dict[str, str], str]:
    place = urlsplit(url)
    connection = HTTPConnection(place.hostname or "", place.port, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    found = (
        answer.status,
        {name.lower(): value for name, value in answer.getheaders()},
        answer.read().decode(),
    )
    connection.close()
    return found


def test_health_is_answered_through_every_layer(whole: Stack) -> None:
    status, _, body = get(whole.functions_url, "/health")
    assert status == 200
    assert json.loads(body)["ledger"]["reachable"] is True


@pytest.mark.parametrize("path", sorted(set(ROUTES) - {"/health"}))
def test_every_function_answers_at_its_bare_path_without_a_redirect(whole: Stack, path: str) -> None:
    status, headers, _ = get(whole.functions_url, path)
    # All but this one are posted to.
    refused = (401, "api_key_missing") if path == "/metrics" else (405, "method_not_allowed")
    assert (status, headers["x-problem-code"]) == refused


def test_an_unknown_path_is_refused_with_a_problem_document(whole: Stack) -> None:
    status, headers, body = get(whole.functions_url, "/nowhere")
    assert (status, headers["content-type"]) == (404, "application/problem+json")
    assert json.loads(body)["code"] == "not_found"


def test_the_role_of_the_migrations_is_no_superuser_but_owns_the_database(whole: Stack) -> None:
    with psycopg.connect(whole.database_url) as connection:
        row = connection.execute(
            "select rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, "
            "pg_get_userbyid(datdba) = rolname "
            "from pg_roles, pg_database where rolname = current_user and datname = current_database()"
        ).fetchone()
    assert row == (False, True, True, True, True, True)


def test_postgres_listens_on_this_machine_alone_and_asks_for_a_password(whole: Stack) -> None:
    with psycopg.connect(whole.admin_url) as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("127.0.0.1",)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"{whole.urls()['postgres']}?sslmode=disable", password="guess")  # noqa: S106


def test_no_secret_is_in_a_command_line_a_log_or_a_readable_file(whole: Stack) -> None:
    credentials = json.loads((whole.directory / "credentials.json").read_text())
    logs = "".join(log.read_text() for log in whole.directory.glob("*.log"))
    lines = _command_lines()
    for secret in credentials.values():
        assert secret not in logs
        assert secret not in lines
    assert (whole.directory / "credentials.json").stat().st_mode & 0o077 == 0


def test_a_clone_has_the_tables_and_a_postgrest_of_its_own(whole: Stack, tmp_path: Path) -> None:
    # The template must be free of sessions, so a database nobody uses is cloned here.
    with whole.postgres.connect() as connection:
        connection.execute("create database quiet")
    migrations.migrate(whole.postgres.url(database="quiet"), tmp_path)
    url = whole.clone_database("copy", template="quiet")
    rest = whole.start_postgrest("copy")
    try:
        with psycopg.connect(url) as connection:
            assert connection.execute("select to_regclass('ledger.journal') is not null").fetchone() == (
                True,
            )
        assert urllib.request.urlopen(rest.url).status == 200  # noqa: S310 - http, local
        assert rest.url != whole.rest_url
        assert whole.environment(rest)["SUPABASE_URL"] == rest.url
    finally:
        rest.stop()
        whole.drop_database("copy")


def test_what_was_committed_survives_a_crash_of_the_database(whole: Stack) -> None:
    with psycopg.connect(whole.database_url) as connection:
        connection.execute("create table public.kept as select 42 as answer")
    whole.kill_postgres()
    assert not ports.answers(whole.postgres.port)
    whole.restart_postgres()
    with psycopg.connect(whole.database_url) as connection:
        assert connection.execute("select answer from public.kept").fetchone() == (42,)
        connection.execute("drop table public.kept")
    assert eventually(lambda: get(whole.functions_url, "/health")[0] == 200)


def test_functions_say_so_while_postgrest_is_dead_and_recover_with_it(whole: Stack) -> None:
    whole.kill_postgrest()
    assert get(whole.functions_url, "/health")[0] == 503
    whole.restart_postgrest()
    assert eventually(lambda: get(whole.functions_url, "/health")[0] == 200)


@pytest.mark.parametrize("name", ["postgres", "postgrest", "functions"])
def test_supervision_starts_again_what_dies_by_itself(whole: Stack, name: str) -> None:
    service = next(each for each in whole.services() if each.name == name)
    assert service.process is not None
    before = service.process.pid
    service.process.kill()
    assert eventually(lambda: bool(service.process and service.process.pid != before and service.healthy()))
    assert eventually(lambda: get(whole.functions_url, "/health")[0] == 200)


def test_supervision_goes_on_trying_while_a_service_does_not_start(whole: Stack) -> None:
    service = next(each for each in whole.services() if each.name == "postgrest")
    with taken_from(service):  # so that it cannot come back
        time.sleep(1)
        assert not service.healthy()
    assert eventually(service.healthy, seconds=60)  # pauses grow up to half a minute


def taken_from(service: Service) -> socket.socket:
    """The service's port, once a kill was quicker than its supervision."""
    while True:
        assert service.process is not None
        service.process.kill()
        with suppress(OSError):
            return socket.create_server((ports.LOOPBACK, service.port))


def test_a_port_that_must_be_used_but_is_taken_is_refused(whole: Stack) -> None:
    with pytest.raises(StackError, match=f"port {whole.postgres.port}, asked for postgres, is in use"):
        Stack(postgrest=False, functions=False, ports=Ports(postgres=whole.postgres.port)).start()


def test_a_temporary_stack_leaves_no_file_behind() -> None:
    with Stack(migrations=False, postgrest=False, functions=False) as stack:
        assert stack.directory.exists()
    assert not stack.directory.exists()
    assert not ports.answers(stack.postgres.port)


def test_a_folder_the_database_user_cannot_reach_is_refused(tmp_path: Path) -> None:
    """As root only: an ordinary user can reach its own folders, and there the stack starts."""
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    stack = Stack(directory=private / "stack", migrations=False, postgrest=False, functions=False)
    if database_user() is None:
        stack.start()
        stack.stop()
    else:
        with pytest.raises(StackError, match="cannot reach"):
            stack.start()


def _command_lines() -> str:
    """Of all processes together; one that ends while it is looked at has none."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            lines.append(path.read_text(errors="replace"))
    return "".join(lines)
