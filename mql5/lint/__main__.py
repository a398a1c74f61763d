"""`python -m mql5.lint [PATH]...` lints the EA (or these files); exit code 1 when something is found.

The EA itself is also compiled, to find implicit conversions that may lose data: MetaEditor warns about them.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from mql5.lint.run import EXPERT_FOLDERS, lint
from mql5.simulator.build import conversions


def main(paths: Sequence[Path] = ()) -> int:
    """Prints one line for each finding, and how many there are; 1 when there are any."""
    findings = [str(finding) for finding in lint(paths or EXPERT_FOLDERS)]
    if not paths:
        findings += [line for file in sorted(EXPERT_FOLDERS[0].rglob("*.mq5")) for line in conversions(file)]
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    sys.stdout.write(f"{len(findings)} findings\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main([Path(argument) for argument in sys.argv[1:]]))
