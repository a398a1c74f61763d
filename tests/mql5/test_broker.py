"""The simulated broker by itself: fills, stops, pending orders, refusals, tickets."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from mql5.simulator.compiler import compile_object, digest, link
from mql5.simulator.simulator import TERMINAL

CHECKS = Path(__file__).parent / "broker" / "checks.cpp"
NAMES = re.findall(r"CHECK\((\w+)\),", CHECKS.read_text(encoding="utf-8"))


@cache
def verdicts() -> dict[str, str]:
    """What the checks said, by name: empty where all is well."""
    sources = [CHECKS, *sorted((TERMINAL / "broker").glob("*.cpp"))]
    headers = [*sorted((TERMINAL / "broker").glob("*.hpp")), *sorted((TERMINAL / "common").glob("*.hpp"))]
    depends = digest(*(header.read_text(encoding="utf-8") for header in headers))
    folder = (TERMINAL / "broker",)
    objects = [compile_object(source.read_text(encoding="utf-8"), folder, depends) for source in sources]
    printed = subprocess.run([link(objects)], capture_output=True, text=True, check=True).stdout  # noqa: S603
    return {words[1].rstrip(":"): line for line in printed.splitlines() if (words := line.split())}


@pytest.mark.parametrize("name", NAMES)
def test_the_broker(name: str) -> None:
    assert verdicts()[name] == f"ok {name}"
