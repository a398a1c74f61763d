#!/bin/sh
# Find a Python for scripts/bootstrap, which sets the project up if need be and then runs the command.
# Called by demo, test and distort; the first argument says by which.

project=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")
unset PYTHONHOME PYTHONPATH PYTHONSTARTUP

new_enough() {
    "$1" -I -S -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# The environment's own Python comes first: once it is there, it is the only one that matters.
for python in "$project/.venv/bin/python" \
    python3 python3.14 python3.13 python3.12 python3.11 python; do
    if new_enough "$python"; then
        exec "$python" -I -S -c '
import sys
sys.path.insert(0, sys.argv[1])
from scripts.bootstrap.main import main
main(sys.argv[2:])' "$project" "$@"
    fi
done

found=$(python3 --version 2>/dev/null || echo "no Python")
cat >&2 <<MESSAGE
error: DistortSignals needs Python 3.11 or newer, and here is $found.
  Debian, Ubuntu   sudo apt install python3 python3-venv    (Debian 12, Ubuntu 24.04 or newer)
  Fedora           sudo dnf install python3
  macOS            brew install python@3.13
  elsewhere        https://www.python.org/downloads/
Then run the same command again.
MESSAGE
exit 1
