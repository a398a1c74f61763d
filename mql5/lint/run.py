"""Runs every rule over a set of files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mql5.lint import rules  # noqa: F401  importing them registers them
from mql5.lint.findings import RULES, Finding
from mql5.lint.source import Project, Source
from mql5.simulator.translator.errors import TranslationError
from mql5.simulator.translator.names import Types
from mql5.simulator.translator.tokens import Token

ROOT = Path(__file__).resolve().parents[2]
EXPERT_FOLDERS = (ROOT / "mql5" / "Experts", ROOT / "mql5" / "Include")


def lint(paths: Sequence[Path]) -> list[Finding]:
    """Findings in these files, in order of file and line.

    Args:
        paths: `.mq5` and `.mqh` files that belong to one program; folders stand for what is in them.
    """
    findings: list[Finding] = []
    project = read_project(paths, findings)
    for source in project.sources:
        findings += _check(source, project)
    return sorted(set(findings))


def read_project(paths: Sequence[Path], findings: list[Finding] | None = None) -> Project:
    """The files read and parsed; those that cannot be are told in `findings`."""
    found = findings if findings is not None else []
    sources: list[Source] = []
    for path in _files(paths):
        try:
            sources.append(Source(path))
        except TranslationError as error:
            found.append(_unreadable(path, error))
    types = Types([token for source in sources for token in source.code])
    for source in sources:
        source.parse(types)
        if source.broken:
            found.append(_unreadable(source.path, source.broken))
    return Project(sources)


def _check(source: Source, project: Project) -> list[Finding]:
    return [
        Finding(_shown(source.path), at.line, name, message)
        for name, check in RULES.items()
        for at, message in check(source, project)
    ]


def _unreadable(path: Path, error: TranslationError) -> Finding:
    at = error.at or Token("end", "", str(path), 1)
    return Finding(_shown(path), at.line, "syntax", str(error).split(": ", 1)[-1])


def _files(paths: Sequence[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.rglob("*.mq[5h]")) if path.is_dir() else [path]
        found += [file.resolve() for file in inside]
    return found


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
