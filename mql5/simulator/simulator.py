"""Builds the simulator: the officer's real sources, the simulated terminal and broker, one executable."""

from __future__ import annotations

from pathlib import Path

from mql5.simulator.build import build
from mql5.simulator.compiler import ROOT

OFFICER = ROOT / "mql5" / "Experts" / "DistortSignals" / "ExecutionOfficer.mq5"
TERMINAL = ROOT / "mql5" / "simulator" / "terminal"
CONTRACTS = ROOT / "contracts"


def executable(*, sanitize: bool = False, officer: Path = OFFICER) -> Path:
    """The simulator's executable, made or found in the cache.

    The officer is in it twice, as "expert" and "second": two terminals need globals of their own.

    Args:
        sanitize: with AddressSanitizer and UndefinedBehaviorSanitizer.
        officer: the `.mq5` file of the first; another one is a mutant, compiled in haste.
    Raises:
        TranslationError, CompileError: naming the MQL5 or C++ line at fault.
    """
    drivers = sorted(TERMINAL.glob("*/*.cpp"))
    hasty = () if officer == OFFICER else ("expert",)
    return build({"expert": officer, "second": OFFICER}, drivers, sanitize=sanitize, hasty=hasty)


def command(binary: Path, *words: str) -> list[str]:
    """The command that runs a mode of the simulator."""
    return [str(binary), "--contracts", str(CONTRACTS), *words]
