"""The chaos of the whole server, for a few seconds: whatever dies, nothing is lost and nothing is doubled."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SEED = 2


@pytest.mark.timeout(240)
def test_whatever_part_of_the_server_dies_nothing_is_lost_and_nothing_is_doubled() -> None:
    print(f"seed {SEED}")  # noqa: T201 - shown when the test fails, to repeat it
    command = ["chaos", "--seed", str(SEED), "--seconds", "7", "--officers", "4", "--json"]
    done = subprocess.run(  # noqa: S603 - no shell; program and options are ours
        [sys.executable, "-m", "scripts.tools", *command],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr.startswith(f"seed {SEED}\n")
    document = json.loads(done.stdout)
    assert document["findings"] == []
    assert sum(document["killed"].values()) > 2, document["killed"]
    assert document["officer_deaths"] > 0
    assert document["deals"] > 0
    assert document["calls"]["/poll"]["served"] > 0
    assert document["checkpoints"] > 0
    assert document["replayed_entries"] == document["journal_entries"] > 0
