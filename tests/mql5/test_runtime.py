"""What survives a terminal that dies: files as far as they reached the disk, and nothing else."""

import subprocess
from pathlib import Path

import pytest

from mql5.simulator.build import bundle

HERE = Path(__file__).parent
APPEND = HERE / "machine" / "append.mq5"
TWO = HERE / "machine" / "two.mq5"


@pytest.fixture(scope="module")
def crashing() -> Path:
    return bundle({"append": APPEND}, HERE / "machine" / "crash_main.cpp")


@pytest.fixture(scope="module")
def pair() -> Path:
    return bundle({"first": TWO, "second": TWO}, HERE / "machine" / "two_main.cpp")


def run(binary: Path, *arguments: str) -> list[str]:
    done = subprocess.run([binary, *arguments], capture_output=True, text=True, check=True, timeout=20)  # noqa: S603
    return done.stdout.splitlines()


def journals(lines: list[str]) -> list[str]:
    return [line.removeprefix("journal.bin ") for line in lines if line.startswith("journal.bin ")]


def test_without_a_crash_everything_is_on_the_disk(crashing: Path) -> None:
    assert journals(run(crashing, "append")) == ["1111111122222222", "1111111122222222" * 2]


def test_what_was_not_flushed_is_lost_in_a_crash(crashing: Path) -> None:
    lines = run(crashing, "append", "at=file.flush.before", "nth=2")
    assert "crash at file.flush.before" in lines
    assert journals(lines)[0] == "11111111"
    assert "found 4 starts 1 calls 1" in lines


def test_unflushed_bytes_may_reach_the_disk_in_part(crashing: Path) -> None:
    lines = run(crashing, "append", "at=file.flush.before", "nth=2", "survived=3")
    assert journals(lines)[0] == "11111111222222"


def test_a_flush_may_be_torn(crashing: Path) -> None:
    lines = run(crashing, "append", "flushed=1", "nth=1")
    assert "crash at file.flush.torn" in lines
    assert journals(lines)[0] == "11"


def test_after_a_flush_nothing_of_it_can_be_lost(crashing: Path) -> None:
    assert journals(run(crashing, "append", "at=file.flush.after", "nth=2"))[0] == "1111111122222222"


def test_a_crash_starts_globals_and_statics_anew(crashing: Path) -> None:
    lines = run(crashing, "append", "at=file.write.after", "nth=3")
    assert [line for line in lines if line.startswith("found")] == ["found 0 starts 1 calls 1"] * 2


def test_destructors_have_no_effect_while_the_terminal_dies(crashing: Path) -> None:
    lines = run(crashing, "append", "at=file.write.after", "nth=3")
    crashed, ended = lines.index("crash at file.write.after"), lines.index("ended")
    assert not any(line.startswith("destructor.bin") for line in lines[crashed:ended])
    assert any(line.startswith("destructor.bin") for line in lines[ended:])


def test_objects_held_in_a_crash_are_no_leak(crashing: Path) -> None:
    assert not any("complaint" in line for line in run(crashing, "append", "at=file.flush.before"))


def test_a_real_folder_behaves_like_the_disk_in_memory(crashing: Path, tmp_path: Path) -> None:
    plan = ("at=file.flush.before", "nth=2", "survived=3", "input.InpBytes=2")
    assert run(crashing, "append", *plan, f"folder={tmp_path}") == run(crashing, "append", *plan)
    assert (tmp_path / "MQL5" / "Files" / "journal.bin").is_file()


def test_two_terminals_do_not_see_each_other(pair: Path) -> None:
    assert run(pair) == [
        "first: init 0",
        "second: init 0",
        "first: 1 101 101",
        "first: 2 102 102",
        "second: 1 101 101",
        "first: deinit 1 2",
        "first: init 0",
        "first: 1 101 101",
        "second: 2 102 102",
        "first: deinit 1 1",
        "second: deinit 1 2",
    ]
