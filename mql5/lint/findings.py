"""A finding, and the register of rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mql5.lint.source import Project, Source
    from mql5.simulator.translator.tokens import Token


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One breach of one rule."""

    file: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.rule}: {self.message}"


Found = Iterable[tuple["Token", str]]  # where, and a sentence
Check = Callable[["Source", "Project"], Found]
RULES: dict[str, Check] = {}


def rule(name: str) -> Callable[[Check], Check]:
    """Registers a check under the name its findings carry."""

    def register(check: Check) -> Check:
        RULES[name] = check
        return check

    return register
