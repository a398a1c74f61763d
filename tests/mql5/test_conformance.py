"""The language as the simulator runs it: each conformance file prints what MetaTrader documents."""

import subprocess
from pathlib import Path

import pytest

from mql5.simulator.build import bundle
from mql5.simulator.compiler import ROOT

FOLDER = ROOT / "mql5" / "simulator" / "conformance"
PROGRAMS = {file.stem: file for file in sorted(FOLDER.glob("*.mq5"))}


@pytest.fixture(scope="module")
def binary() -> Path:
    return bundle(PROGRAMS, FOLDER / "script_main.cpp")


def run(binary: Path, *arguments: str) -> str:
    done = subprocess.run([binary, *arguments], capture_output=True, text=True, check=True, timeout=20)  # noqa: S603
    return done.stdout


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_prints_what_is_expected(binary: Path, name: str) -> None:
    assert run(binary, name) == (FOLDER / f"{name}.expected").read_text(encoding="utf-8")


def test_every_expectation_has_its_program() -> None:
    assert {file.stem for file in FOLDER.glob("*.expected")} == set(PROGRAMS)


def test_inputs_are_set_by_name(binary: Path) -> None:
    answer = run(binary, "inputs", "InpUrl=http://x/\u00e9", "InpSeconds=9", "InpAlerts=false", "InpMode=0")
    assert answer.startswith("http://x/\u00e9 9 false 0.5 MODE_SLOW ")
