"""The report: one page that needs nothing but itself and shows what the backtest found."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from scripts.tools.backtest.engine.setup import Costs, Setup
from scripts.tools.backtest.errors import BacktestError
from scripts.tools.backtest.findings import Findings, data_hash
from scripts.tools.backtest.inputs import accounts_of, instrument_of
from scripts.tools.backtest.report.charts import GAIN, figure_of
from scripts.tools.backtest.report.monthly import years_of
from scripts.tools.backtest.report.page import render, write_report
from scripts.tools.demo import cast
from scripts.tools.demo.bars_file import BarsFile
from tests.backtest.agreement import CONTRACT_SIZE, result_of
from tests.backtest.worlds import result

COUNT = 400


@pytest.fixture(scope="module")
def findings(sample: BarsFile) -> Findings:
    """The demo's cast over 400 bars."""
    strategies = cast.strategies(sample)
    setup = Setup(
        instrument_of(None, sample, CONTRACT_SIZE),
        Costs(commission_per_lot=cast.COMMISSION_PER_LOT),
        tuple(accounts_of([], sample, [each.strategy_id for each in strategies])),
        tuple(strategies),
    )
    return Findings("<EURUSD> & co.csv", sample.bars[:COUNT], setup, result_of(sample, COUNT))


@pytest.fixture(scope="module")
def page(findings: Findings) -> str:
    """The page of it."""
    return render(findings)


def test_the_page_asks_nobody_for_anything(page: str) -> None:
    ours = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)

    assert "default-src 'none'" in ours
    assert "connect-src" not in ours
    assert re.findall(r"""(?:src|href)\s*=|url\(|@import|https?://""", ours) == []


def test_the_page_shows_every_trade_the_settings_and_the_data(page: str, findings: Findings) -> None:
    trades = [trade for account in findings.result.accounts for trade in account.trades]

    rows = page.split("<h2>Trades</h2>")[1].split("</table>")[0].count("<tr>")
    assert rows == 1 + len(trades)
    assert data_hash(findings.bars) in page
    assert "max_open_positions_account" in page
    assert page.count('class="calendar"') == 3


def test_what_is_shown_is_escaped(page: str) -> None:
    assert "&lt;EURUSD&gt; &amp; co.csv" in page
    assert "<EURUSD>" not in page


def test_the_charts_show_equity_drawdown_and_price_with_trades(findings: Findings) -> None:
    figure = json.loads(figure_of(findings))

    by_axis: dict[str, list[str]] = {}
    for trace in figure["data"]:
        by_axis.setdefault(trace["yaxis"], []).append(trace["name"])
    assert by_axis["y"] == by_axis["y2"] == ["all", "demo-1", "demo-2"]
    assert by_axis["y3"][0] == "EURUSD H1"
    demo_1 = findings.result.accounts[0]
    won = sum(trade.net_profit > 0 for trade in demo_1.trades)
    (trace,) = [each for each in figure["data"] if each["name"] == "demo-1 trades won"]
    assert (len(trace["x"]), trace["line"]["color"]) == (3 * won, GAIN)
    equity = figure["data"][2]
    assert equity["customdata"][-1] == float(demo_1.curve[-1].equity)


def test_no_text_of_the_figure_can_end_its_script(findings: Findings) -> None:
    (account, other) = findings.result.accounts
    renamed = replace(findings.result, accounts=(replace(account, account_id="</script>"), other))

    assert "</script>" not in figure_of(replace(findings, result=renamed))


def test_monthly_returns_compound_to_the_years() -> None:
    # T0 is the 5th of January; every 31 days a point: February, March, April.
    found = years_of(result(["100", "110", "99", "118.8"], every=timedelta(days=31)))

    (year,) = found
    assert [None if each is None else round(float(each), 6) for each in year.months[:5]] == [
        None,
        0.1,
        -0.1,
        0.2,
        None,
    ]
    assert round(float(year.whole), 6) == 0.188


def test_the_same_findings_make_the_same_page(page: str, findings: Findings) -> None:
    assert render(findings) == page


def test_a_report_that_cannot_be_written_says_so(findings: Findings, tmp_path: Path) -> None:
    with pytest.raises(BacktestError, match=r"^output_unwritable: .*nowhere/r\.html: cannot be written"):
        write_report(tmp_path / "nowhere" / "r.html", findings)
