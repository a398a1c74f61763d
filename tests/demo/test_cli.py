"""`scripts/demo` as a person or a program runs it: the whole stack, from bars to proof."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
BARS = 300


def demo(*options: str) -> "subprocess.Popen[str]":
    """The command, started."""
    return subprocess.Popen(  # noqa: S603 - no shell; program and options are ours
        [sys.executable, "-m", "scripts.tools", "demo", *options],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def refusal(*options: str) -> str:
    """What a command that cannot run says."""
    process = demo(*options)
    out, said = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert "Traceback" not in said
    return said


@pytest.mark.timeout(180)
def test_real_bars_become_orders_and_a_proof() -> None:
    process = demo("--count", str(BARS), "--json")
    out, said = process.communicate(timeout=170)

    assert process.returncode == 0, said
    document = json.loads(out)
    assert document["bars"] == BARS
    assert document["signals"] > 0
    assert document["orders"] > 0
    assert (document["duplicates"], document["lost"], document["journal_ok"]) == (0, 0, True)
    assert f"EURUSD H1 bars: {BARS} of {BARS}" in said


@pytest.mark.timeout(180)
def test_under_chaos_everything_holds_and_the_dead_are_counted() -> None:
    process = demo("--count", "200", "--json", "--chaos", "--seed", "3")
    out, said = process.communicate(timeout=170)

    assert process.returncode == 0, said
    document = json.loads(out)
    assert (document["duplicates"], document["lost"], document["journal_ok"]) == (0, 0, True)
    assert document["seed"] == 3
    assert sum(document["killed"].values()) > 0
    assert "--seed 3" in said


@pytest.mark.timeout(120)
@pytest.mark.parametrize("options", [(), ("--chaos",)])
def test_an_interruption_leaves_nothing_running(options: tuple[str, ...]) -> None:
    process = demo("--count", "all", *options)
    assert process.stderr is not None
    while "bars: " not in (line := process.stderr.readline()):
        assert line, "it ended before it began"
    started = _descendants(process.pid)

    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)

    assert process.returncode == 130
    assert "nothing is left running" in said
    assert len(started) > 4
    assert not [pid for pid in started if _runs(pid)]


@pytest.mark.timeout(120)
def test_a_stack_that_was_kept_stays_until_it_is_interrupted() -> None:
    process = demo("--count", "160", "--json", "--keep")
    assert process.stderr is not None
    said = ""
    while "Ctrl-C" not in said:
        line = process.stderr.readline()
        assert line, said
        said += line

    still_running = _descendants(process.pid)
    time.sleep(0.5)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)

    assert "psql" in said
    assert process.returncode == 0
    assert json.loads(out)["journal_ok"] is True
    assert not [pid for pid in still_running if _runs(pid)]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--count", "0"), "neither a number of bars"),
        (("--count", "many"), "neither a number of bars"),
        (("--bars", "no-such-file.csv"), "no-such-file.csv: cannot be read"),
        (("--timeframe", "H2"), "none of M1, M5"),
        (("--seed", "1"), "it goes with --chaos"),
    ],
)
def test_what_it_cannot_do_it_says_in_a_sentence(options: tuple[str, ...], expected: str) -> None:
    assert expected in refusal(*options)


def test_help_explains_what_it_shows() -> None:
    process = demo("--help")
    out, _ = process.communicate(timeout=60)

    assert process.returncode == 0
    for option in ("--bars", "--chaos", "--count", "--json", "--keep", "--seed", "--spread-points"):
        assert option in out


def _descendants(pid: int) -> list[int]:
    """All processes that a process has started, and those that they have."""
    children = [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and _parent(int(entry.name)) == pid
    ]
    return children + [one for child in children for one in _descendants(child)]


def _parent(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
