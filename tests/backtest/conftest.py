"""The bars that backtests are tested on."""

from dataclasses import replace

import pytest

from scripts.tools.demo.bars_file import BarsFile, read_bars, sample_file


@pytest.fixture(scope="session")
def sample() -> BarsFile:
    """The sample bars, with a spread of ten points."""
    file = read_bars(sample_file())
    bars = tuple(bar.model_copy(update={"spread_points": 10}) for bar in file.bars)
    return replace(file, bars=bars)
