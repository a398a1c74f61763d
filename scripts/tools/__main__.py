"""`python -m scripts.tools` is `scripts/distort`."""

import sys

INTERRUPTED = 130  # what shells report for a command ended by Ctrl-C

try:
    # Inside, for even loading the commands takes long enough to be interrupted.
    from scripts.tools.cli import main

    code = main()
except KeyboardInterrupt:
    code = INTERRUPTED
sys.exit(code)
