"""Writes docs/mql5-builtins.md: every built-in function the EA calls, with its documented signature."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mql5.lint.run import EXPERT_FOLDERS, ROOT, read_project
from mql5.simulator import builtins

DOCUMENT = ROOT / "docs" / "mql5-builtins.md"
HEAD = """\
# Built-in functions the Expert Advisor uses

Written by `scripts/distort lint-mql5 --table`; do not edit. Each signature is the one of MetaQuotes'
reference, kept in `mql5/lint/builtins.json`. The simulator declares exactly these, so a call that does not
fit one does not compile; the last column tells where the simulator has it: `runtime` and `header` are the
language's own functions, `terminal` is what the simulated terminal and broker answer.

| function | signature | calls | simulated in |
| --- | --- | --- | --- |
"""


def table() -> str:
    """The document as it should be."""
    project = read_project(EXPERT_FOLDERS)
    known = builtins.load()
    counts: dict[str, int] = {}
    for source in project.sources:
        for call in source.calls:
            if call.name.text in known and not call.qualified and call.name.text not in project.functions:
                counts[call.name.text] = counts.get(call.name.text, 0) + 1
    return HEAD + "".join(_row(name, known[name], counts[name]) for name in sorted(counts))


def write(check: bool) -> int:
    """Writes the document, or only compares it: exit code 1 when it is stale."""
    wanted = table()
    if not check:
        DOCUMENT.write_text(wanted, encoding="utf-8")
        return 0
    if DOCUMENT.is_file() and DOCUMENT.read_text(encoding="utf-8") == wanted:
        return 0
    sys.stderr.write(f"{_shown(DOCUMENT)} is stale: run scripts/distort lint-mql5 --table\n")
    return 1


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m mql5.lint.builtins_table [--check]`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the document is stale")
    return write(parser.parse_args(arguments).check)


def _row(name: str, entry: builtins.Builtin, calls: int) -> str:
    signatures = "<br>".join(f"`{signature}`" for signature in entry["signatures"])
    return f"| {name} | {signatures.replace('|', '&#124;')} | {calls} | {entry['in']} |\n"


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


if __name__ == "__main__":
    sys.exit(main())
