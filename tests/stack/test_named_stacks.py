"""`scripts/distort stack`: up, status, down, reset, and every rude way to end it."""

import json
import os
import signal
import time
from collections.abc import Callable

import psycopg
import pytest

from scripts.tools.stack import ports
from scripts.tools.stack.state import Home
from tests.stack.commands import begin, distort, eventually, kill, processes_of, supervisor_pid

UP = ("stack", "up", "--json", "--workers", "1", "--name")


def up(*names: str) -> list[dict[str, str]]:
    """The URLs of stacks that are brought up at the same time."""
    commands = [begin(*UP, name) for name in names]
    ended = [command.communicate(timeout=90) for command in commands]
    assert [command.returncode for command in commands] == [0] * len(names), ended
    return [json.loads(said)["urls"] for said, _ in ended]


def database(name: str) -> str:
    state = Home(name).load()
    assert state is not None
    return state.environment["DATABASE_URL"]


def status(name: str) -> int:
    return distort("stack", "status", "--name", name, "--json").returncode


def test_data_is_kept_by_down_and_removed_by_reset(name: str) -> None:
    [first] = up(name)
    assert status(name) == 0
    for file in ("state.json", "credentials.json", "supervisor.log", "functions.log"):
        assert (Home(name).directory / file).stat().st_mode & 0o077 == 0, file
    assert up(name) == [first]  # up again changes nothing
    with psycopg.connect(database(name)) as connection:
        connection.execute("create table public.kept ()")

    assert distort("stack", "down", "--name", name).returncode == 0
    assert status(name) == 3
    assert processes_of(name) == []

    assert up(name) == [first]  # the same ports as before
    with psycopg.connect(database(name)) as connection:
        assert connection.execute("select to_regclass('public.kept') is not null").fetchone() == (True,)

    assert distort("stack", "reset", "--name", name).returncode == 0
    with psycopg.connect(database(name)) as connection:
        assert connection.execute("select to_regclass('public.kept') is null").fetchone() == (True,)
        assert connection.execute("select to_regclass('ledger.journal') is null").fetchone() == (False,)


def test_two_stacks_run_side_by_side_and_one_killed_supervisor_takes_only_its_own_with_it(
    new_name: Callable[[], str],
) -> None:
    one, other = new_name(), new_name()
    urls_of_one, urls_of_other = up(one, other)
    assert not set(urls_of_one.values()) & set(urls_of_other.values())

    kill(supervisor_pid(one))
    assert eventually(lambda: processes_of(one) == [] or os.uname().sysname != "Linux")
    assert status(one) == 3
    assert status(other) == 0

    up(one)  # cleans up what may be left
    assert status(one) == 0


@pytest.mark.parametrize("seconds", [0.4, 1.2, 2.0])
def test_an_interrupted_up_leaves_nothing_running(name: str, seconds: float) -> None:
    command = begin("stack", "up", "--name", name, "--workers", "1")
    time.sleep(seconds)
    command.send_signal(signal.SIGINT)
    said, _ = command.communicate(timeout=60)
    if command.returncode == 0:  # it was up before the signal came
        assert "is up" in said
        assert distort("stack", "down", "--name", name).returncode == 0
    assert eventually(lambda: processes_of(name) == [])


def test_a_foreground_stack_ends_with_ctrl_c(name: str) -> None:
    port = ports.any_free()
    command = begin(
        "stack", "up", "--name", name, "--foreground", "--workers", "1", "--functions-port", str(port)
    )
    assert command.stderr is not None
    assert any("Ctrl-C stops it" in line for line in command.stderr)
    assert ports.answers(port)
    command.send_signal(signal.SIGINT)
    said, noted = command.communicate(timeout=60)
    assert command.returncode == 0
    assert f"http://127.0.0.1:{port}" in said
    assert "is stopped" in noted
    assert processes_of(name) == []


def test_a_stack_that_never_ran_is_down(name: str) -> None:
    done = distort("stack", "status", "--name", name)
    assert (done.returncode, done.stdout) == (3, "")
    assert "is not running" in done.stderr
    assert distort("stack", "down", "--name", name).returncode == 0


def test_a_name_that_could_leave_the_folder_is_refused() -> None:
    done = distort("stack", "up", "--name", "../elsewhere")
    assert done.returncode == 1
    assert "is no name for a stack" in done.stderr
