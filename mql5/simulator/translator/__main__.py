"""`python -m mql5.simulator.translator FILE [-I FOLDER]...` prints the C++ of a program."""

import argparse
import sys
from pathlib import Path

from mql5.simulator.translator import TranslationError, translate


def main() -> int:
    """Exit code 1 and one line on stderr when the program cannot be translated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("-I", dest="include", type=Path, action="append", default=[])
    options = parser.parse_args()
    try:
        sys.stdout.write(translate(options.file, options.include).code)
    except TranslationError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
