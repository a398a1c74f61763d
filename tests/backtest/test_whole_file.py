"""All 5,000 sample bars through the real system and through the backtest; four minutes, so with -m long."""

import pytest

from scripts.tools.demo.bars_file import BarsFile
from scripts.tools.stack import Stack
from tests.backtest.agreement import assert_agree, backtest_of, demo_of


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_all_sample_bars_are_traded_as_in_the_demo(
    stack: Stack, sample: BarsFile, tmp_path_factory: pytest.TempPathFactory
) -> None:
    count = len(sample.bars)

    demo = demo_of(stack, "whole", sample, count, tmp_path_factory.mktemp("whole"))

    assert_agree(demo, backtest_of(sample, count))
    assert sum(len(seen.trades) for seen in demo.values()) == 636
