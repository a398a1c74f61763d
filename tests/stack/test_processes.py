"""Child processes: they say why they failed, and never outlive us."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.tools.stack import processes
from scripts.tools.stack.errors import StackError
from scripts.tools.stack.state import began
from tests.stack.commands import eventually, kill, with_project

SLEEP = ["sleep", "60"]
STUBBORN = ["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done"]
# A parent that starts one child, says its id, and waits to be killed.
PARENT = """
import sys, time
from pathlib import Path
from scripts.tools.stack import processes
environment = {"PATH": "/bin:/usr/bin"}
child = processes.start("child", ["sleep", "60"], environment=environment, log=Path(sys.argv[1]))
print(child.pid, flush=True)
time.sleep(60)
"""


def started(arguments: list[str], log: Path) -> processes.Process:
    return processes.start("example", arguments, environment=dict(os.environ), log=log)


def test_a_stopped_process_is_gone(tmp_path: Path) -> None:
    process = started(SLEEP, tmp_path / "log")
    assert process.alive
    process.stop()
    assert not process.alive
    assert process.exit_code == -signal.SIGTERM


def test_one_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    process = started(STUBBORN, tmp_path / "log")
    assert eventually(lambda: "ready" in process.log.read_text())
    process.stop(patience_seconds=0.2)
    assert process.exit_code == -signal.SIGKILL


def test_one_that_dies_while_starting_is_quoted(tmp_path: Path) -> None:
    process = started(["sh", "-c", "echo the disk is full; exit 7"], tmp_path / "log")
    with pytest.raises(StackError, match=r"(?s)ended \(7\).*the disk is full"):
        processes.wait_until(lambda: False, process, timeout_seconds=10)


def test_one_that_is_never_ready_is_given_up(tmp_path: Path) -> None:
    process = started(SLEEP, tmp_path / "log")
    with pytest.raises(StackError, match="not ready within"):
        processes.wait_until(lambda: False, process, timeout_seconds=0.1)
    process.kill()


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="no-such-program"):
        started(["/no-such-program"], tmp_path / "log")


def test_logs_are_for_their_owner_alone(tmp_path: Path) -> None:
    process = started(SLEEP, tmp_path / "log")
    process.kill()
    assert (tmp_path / "log").stat().st_mode & 0o077 == 0


def test_a_child_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    """Elsewhere than on Linux the kernel does not do that; `stack up` and `down` clean up instead."""
    with subprocess.Popen(  # noqa: S603 - the test's own program
        [sys.executable, "-c", PARENT, str(tmp_path / "log")],
        env=with_project(),
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert began(child)
        kill(parent.pid)
    if sys.platform == "linux":
        assert eventually(lambda: began(child) is None)
    else:
        kill(child)


def test_a_signal_waits_while_signals_are_held() -> None:
    seen: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: seen.append(number))
    try:
        with processes.signals_held():
            os.kill(os.getpid(), signal.SIGTERM)
            assert seen == []
        assert seen == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, before)


def test_settings_of_the_user_do_not_reach_a_service(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c search_path=elsewhere")
    monkeypatch.setenv("PGRST_DB_SCHEMAS", "public")
    environment = processes.plain_environment(tmp_path)
    assert not [name for name in environment if name.startswith("PG")]
