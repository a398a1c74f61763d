"""Builds executables: translated programs, the runtime and a driver of your own, linked together.

    binary = build({"expert": Path("mql5/Experts/DistortSignals/ExecutionOfficer.mq5")}, driver_sources)

`python -m mql5.simulator.build FILE.mq5` compiles one program and reports errors in terms of its MQL5 files.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from mql5.simulator import builtins
from mql5.simulator.compiler import (
    CACHE,
    ROOT,
    SANITIZERS,
    CompileError,
    compile_object,
    digest,
    link,
    warnings_of,
)
from mql5.simulator.translator import TranslationError, translate

RUNTIME = ROOT / "mql5" / "simulator" / "runtime"
INCLUDE = ROOT / "mql5" / "Include"
HASTY = ("-O0",)
CONVERSION_FLAGS = ("-Wconversion", "-Wsign-compare", "-Wno-sign-conversion")
MQL5_WARNING = re.compile(r"\S+\.mq[5h]:\d+.* warning: ")


def build(
    programs: Mapping[str, Path],
    drivers: Sequence[Path],
    *,
    sanitize: bool = False,
    hasty: Collection[str] = (),
) -> Path:
    """An executable holding the runtime, these programs and these C++ files.

    Args:
        programs: `.mq5` files by the name `mql::find_program` knows them under. One file may appear under
            several names: each has its own globals.
        drivers: C++ files, one of them with `main`; headers beside them are found, and count for the cache.
        sanitize: with AddressSanitizer and UndefinedBehaviorSanitizer.
        hasty: names of programs that are soon compiled rather than soon run: for a single use.
    Returns:
        The path of the executable, made or found in the cache.
    Raises:
        TranslationError, CompileError: naming the file and line at fault.
    """
    extra = SANITIZERS if sanitize else ()
    units = [Unit(_program(name, path), HASTY if name in hasty else ()) for name, path in programs.items()]
    return _make(units, drivers, extra)


def bundle(programs: Mapping[str, Path], driver: Path) -> Path:
    """Like `build`, with all programs in one translation unit: much faster for many small ones."""
    return _make([Unit("".join(_program(name, path) for name, path in programs.items()))], [driver], ())


def check(path: Path, extra: Sequence[str] = ()) -> None:
    """Compiles one program without linking it; raises what `build` raises."""
    compile_object(_program("expert", path), (generated(), RUNTIME), runtime_hash(), extra)


def conversions(path: Path) -> list[str]:
    """Implicit conversions of a program that may lose data, as MetaEditor warns; file and line first."""
    text = warnings_of(_program("expert", path), (generated(), RUNTIME), CONVERSION_FLAGS)
    return sorted({line for line in text.splitlines() if MQL5_WARNING.match(line)})


def generated() -> Path:
    """The folder of headers made from tables."""
    folder = CACHE / f"include-{digest(builtins.header())}"
    if not (folder / "builtins.hpp").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "builtins.hpp").write_text(builtins.header(), encoding="utf-8")
    return folder


@lru_cache(maxsize=1)
def runtime_hash() -> str:
    """A hash of every header a translation unit may include."""
    return digest(builtins.header(), _hash_of({RUNTIME, RUNTIME / "constants"}))


@dataclass(frozen=True, slots=True)
class Unit:
    """A translation unit of translated programs, and compiler flags of its own."""

    text: str
    flags: tuple[str, ...] = ()


def _make(units: Sequence[Unit], drivers: Sequence[Path], extra: Sequence[str]) -> Path:
    """Compiles runtime, translated programs and drivers on two cores, and links them."""
    include = (generated(), RUNTIME)
    beside = digest(runtime_hash(), _hash_of({driver.parent for driver in drivers}))
    runtime = [Unit(file.read_text(encoding="utf-8")) for file in sorted(RUNTIME.glob("*.cpp"))]
    with ThreadPoolExecutor(2) as pool:
        jobs = [
            pool.submit(compile_object, unit.text, include, runtime_hash(), (*unit.flags, *extra))
            for unit in (*units, *runtime)
        ]
        jobs += [
            pool.submit(compile_object, _driver(file), (*include, file.parent), beside, extra)
            for file in drivers
        ]
        return link([job.result() for job in jobs], extra)


def _hash_of(folders: set[Path]) -> str:
    headers = [file for folder in sorted(folders) for file in sorted(folder.glob("*.hpp"))]
    return digest(*(file.read_text(encoding="utf-8") for file in headers))


def _program(name: str, path: Path) -> str:
    # Like a terminal: `Include` lies beside `Experts`. A program that stands elsewhere has the project's.
    beside = path.parents[2] / "Include" if len(path.parents) > 2 else INCLUDE
    code = translate(path, [beside if beside.is_dir() else INCLUDE]).code
    return f"#undef MQL_PROGRAM\n#define MQL_PROGRAM {name}\n{code}"


def _driver(file: Path) -> str:
    return f'#line 1 "{file}"\n' + file.read_text(encoding="utf-8")


def main() -> int:
    """Exit code 1 and the errors on stderr when a program does not compile."""
    parser = argparse.ArgumentParser(description="Compile a .mq5 as the simulator would.")
    parser.add_argument("file", type=Path)
    options = parser.parse_args()
    try:
        check(options.file)
    except (TranslationError, CompileError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
