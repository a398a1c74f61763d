"""Finds a C++20 compiler and runs it, once per content: results are kept by hash."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".mql5-build"  # gitignored; safe to delete at any time
COMMON_FLAGS = (
    "-std=c++20",
    "-ftrivial-auto-var-init=pattern",  # MQL5 does not zero locals: reading one must not look right
    "-fwrapv",  # MQL5's integers wrap
    "-fno-strict-aliasing",
    "-ffp-contract=off",  # the same doubles from every compiler
    "-Wall",
    "-Wno-narrowing",  # `double a[2] = {i, j}` is MQL5
    "-Wno-comment",
    "-Wno-parentheses",
    "-Wno-unused",
)
GCC_FLAGS = ("-fno-lifetime-dse", "-Wno-dangling-else")  # zeroed or patterned memory is not a dead store
CLANG_FLAGS = ("-fno-sanitize=undefined", "-Wno-c++11-narrowing")  # zig sanitizes unless told not to
SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g")


class CompileError(Exception):
    """The C++ compiler refused; the text is its own, with MQL5 files and lines."""


@dataclass(frozen=True, slots=True)
class Compiler:
    """A C++ compiler: how to call it and what it calls itself."""

    command: tuple[str, ...]
    version: str

    @property
    def flags(self) -> tuple[str, ...]:
        """Flags for this kind of compiler."""
        return COMMON_FLAGS + (GCC_FLAGS if self.is_gcc else CLANG_FLAGS)

    @property
    def is_gcc(self) -> bool:
        """Whether it is GCC; everything else is taken for Clang."""
        return "Free Software Foundation" in self.version


@lru_cache(maxsize=1)
def find_compiler() -> Compiler:
    """$CXX, g++, clang++, or the `ziglang` package from PyPI; RuntimeError when there is none."""
    named = os.environ.get("CXX")
    commands = [named.split()] if named else [["g++"], ["clang++"]]
    if importlib.util.find_spec("ziglang"):
        commands.append([sys.executable, "-m", "ziglang", "c++"])
    for command in commands:
        if shutil.which(command[0]):
            done = subprocess.run([*command, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
            if done.returncode == 0:
                return Compiler(tuple(command), done.stdout)
    raise RuntimeError("no C++ compiler: install g++ or clang++, or add the `ziglang` package")


def compile_object(source: str, include: Sequence[Path], depends: str, extra: Sequence[str] = ()) -> Path:
    """An object file for C++ text.

    Args:
        source: the whole translation unit.
        include: folders for `#include`.
        depends: a hash of everything it includes.
        extra: flags for this file only.
    Raises:
        CompileError: with the compiler's words.
    """
    compiler = find_compiler()
    flags = [*compiler.flags, "-O1", *extra]
    key = digest(compiler.version, *flags, depends, source)
    made = CACHE / f"{key}.o"
    if made.exists():
        return made
    with _alone(key):  # of several processes that want it, one compiles
        if not made.exists():
            file = CACHE / f"{key}.cpp"
            file.write_text(source, encoding="utf-8")
            folders = [f"-I{folder}" for folder in include]
            _run([*compiler.command, *flags, *folders, "-c", str(file), "-o"], made)
    return made


def warnings_of(source: str, include: Sequence[Path], flags: Sequence[str]) -> str:
    """What the compiler says about C++ text with further warnings on; nothing is kept."""
    compiler = find_compiler()
    command = [*compiler.command, *compiler.flags, *flags, *(f"-I{folder}" for folder in include)]
    done = subprocess.run(  # noqa: S603
        [*command, "-x", "c++", "-fsyntax-only", "-"],
        input=source,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr


def link(objects: Sequence[Path], extra: Sequence[str] = ()) -> Path:
    """An executable of these objects."""
    compiler = find_compiler()
    made = CACHE / digest(compiler.version, *extra, *(item.name for item in objects))
    if not made.exists():
        _run([*compiler.command, *extra, *map(str, objects), "-pthread", "-o"], made)
    return made


def digest(*parts: str) -> str:
    """A short hash of several texts."""
    total = hashlib.sha256()
    for part in parts:
        total.update(part.encode() + b"\0")
    return total.hexdigest()[:24]


@contextmanager
def _alone(key: str) -> Iterator[None]:
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{key}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(command: list[str], made: Path) -> None:
    """Runs a compiler; its result appears under its name at once, so parallel builds never see half of it."""
    part = made.with_name(f"{made.name}.{os.getpid()}")
    done = subprocess.run([*command, str(part)], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise CompileError(done.stderr)
    part.replace(made)
