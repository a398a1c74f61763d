"""Bars files: every format is read to the same bars, and what is wrong is named with its line."""

from decimal import Decimal
from pathlib import Path

import pytest

from functions.contract.scalars import timestamp_text
from scripts.tools.demo.bars_file import BarsFile, read_bars, sample_file
from scripts.tools.demo.errors import DemoError

METATRADER = (
    "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>\r\n"
    "2026.01.05\t09:00:00\t1.07160\t1.07220\t1.07083\t1.07219\t1413\t7\t12\r\n"
    "2026.01.05\t10:00:00\t1.07214\t1.07296\t1.07210\t1.07260\t1241\t0\t9\r\n"
)
CSV = (
    "time,open,high,low,close,volume\n"
    "2026-01-05 09:00:00,1.07160,1.07220,1.07083,1.07219,1413\n"
    "2026-01-05 10:00:00,1.07214,1.07296,1.07210,1.07260,1241\n"
)
FIRST, SECOND = CSV.splitlines()[1:]


def write(folder: Path, content: str | bytes, name: str = "EURUSD_H1_202601050900_202601051000.csv") -> Path:
    """A file with this content."""
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def read(folder: Path, content: str | bytes) -> BarsFile:
    """What such a file is read as."""
    return read_bars(write(folder, content))


def refusal(folder: Path, content: str | bytes, **options: str) -> str:
    """What is said about a file that is refused, without its path."""
    file = write(folder, content)
    with pytest.raises(DemoError) as refused:
        read_bars(file, **options)  # type: ignore[arg-type]
    said = str(refused.value)
    assert str(file) in said
    return said.replace(str(file), "FILE")


def test_the_sample_is_five_thousand_real_hours_of_eurusd() -> None:
    sample = read_bars(sample_file())

    assert (sample.symbol, sample.timeframe, sample.digits, len(sample.bars)) == ("EURUSD", "H1", 5, 5000)
    assert timestamp_text(sample.bars[0].opened_at) == "2017-04-19T09:00:00Z"
    assert sample.bars[0].close == Decimal("1.07219")
    assert not sample.has_spreads


def test_a_metatrader_export_is_read_with_its_spread_and_tick_volume(tmp_path: Path) -> None:
    file = read(tmp_path, METATRADER)

    assert (file.symbol, file.timeframe, file.digits, file.has_spreads) == ("EURUSD", "H1", 5, True)
    bar = file.bars[0]
    assert timestamp_text(bar.opened_at) == "2026-01-05T09:00:00Z"
    assert (bar.open, bar.high, bar.low, bar.close) == tuple(
        map(Decimal, ("1.07160", "1.07220", "1.07083", "1.07219"))
    )
    assert (bar.tick_volume, bar.spread_points) == (1413, 12)


def test_prices_keep_the_digits_they_were_written_with(tmp_path: Path) -> None:
    assert str(read(tmp_path, CSV).bars[1].close) == "1.07260"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig"])
def test_an_export_may_be_utf_16_with_or_without_its_mark(tmp_path: Path, encoding: str) -> None:
    assert read(tmp_path, METATRADER.encode(encoding)) == read(tmp_path, METATRADER)


def test_a_daily_export_has_no_time_column(tmp_path: Path) -> None:
    daily = "<DATE>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\n2026.01.05\t2\t3\t1\t2\n2026.01.06\t2\t3\t1\t2\n"

    assert read(tmp_path, daily).timeframe == "D1"


@pytest.mark.parametrize(
    "header",
    [
        "time,open,high,low,close,volume",
        ",Open,High,Low,Close,Volume",
        "Date,O,H,L,C,V",
        "Gmt time,Open,High,Low,Close,Tick Volume",
        "timestamp,open,high,low,close,tick_volume",
    ],
)
def test_plain_csv_may_name_its_columns_as_people_do(tmp_path: Path, header: str) -> None:
    file = read(tmp_path, f"{header}\n{FIRST}\n{SECOND}\n")

    assert file.bars == read(tmp_path, CSV).bars


@pytest.mark.parametrize(
    "written",
    [
        "2026-01-05T09:00:00Z",
        "2026-01-05 10:00:00+01:00",
        "2026.01.05 09:00",
        "2026/01/05 09:00:00",
        "1767603600",
        "1767603600000",
    ],
)
def test_a_time_may_be_written_in_several_ways(tmp_path: Path, written: str) -> None:
    file = read(tmp_path, CSV.replace("2026-01-05 09:00:00", written))

    assert timestamp_text(file.bars[0].opened_at) == "2026-01-05T09:00:00Z"


def test_semicolons_separate_as_well_and_blank_lines_say_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "\n" + CSV.replace(",", ";") + "\n\n").bars == read(tmp_path, CSV).bars


def test_the_timeframe_is_the_commonest_distance_so_a_weekend_does_not_matter(tmp_path: Path) -> None:
    weekend = CSV + "2026-01-05 11:00:00,1,1,1,1,1\n2026-01-07 11:00:00,1,1,1,1,1\n"

    assert read(tmp_path, weekend).timeframe == "H1"


def test_symbol_and_timeframe_can_be_said(tmp_path: Path) -> None:
    file = read_bars(write(tmp_path, CSV, "_.csv"), "GBPUSD", "M15")

    assert (file.symbol, file.timeframe, file.bars[0].timeframe) == ("GBPUSD", "M15", "M15")


def test_a_file_whose_name_tells_no_symbol_needs_one(tmp_path: Path) -> None:
    with pytest.raises(DemoError, match="--symbol"):
        read_bars(write(tmp_path, CSV, "_.csv"))


def test_a_bar_that_is_there_twice_is_named_with_both_lines(tmp_path: Path) -> None:
    said = refusal(tmp_path, CSV + SECOND + "\n")

    assert said.startswith("FILE, line 4: ")
    assert "line 3" in said


def test_bars_out_of_order_are_refused(tmp_path: Path) -> None:
    said = refusal(tmp_path, f"{CSV.splitlines()[0]}\n{SECOND}\n{FIRST}\n")

    assert said.startswith("FILE, line 3: ")
    assert "oldest first" in said


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("2026-01-05 11:00:00,1,0.9,0.8,1,5", "High 0.9"),
        ("2026-01-05 11:00:00,1,2,1.5,1,5", "Low 1.5"),
        ("2026-01-05 11:00:30,1,1,1,1,5", "does not open at"),
        ("2026-01-05 11:00:00,1,1,1,1", "5 values, expected 6"),
        ("2026-01-05 11:00:00,1,1,1,one,5", "close is 'one'"),
        ("2026-01-05 11:00:00,1,1,1,-1,5", "close is '-1'"),
        ("2026-01-05 11:00:00,1e1,1,1,1,5", "open is '1e1'"),
        ("2026-01-05 11:00:00,0,1,0,1,5", "above zero"),
        ("2026-01-05 11:00:00,1,1,1,1,many", "volume is 'many'"),
        ("2026-01-05 11:00:00,1,1,1,1,-5", "volume is '-5'"),
        ("2026-01-05 11:00:00,1,1,1,1,nan", "volume is 'nan'"),
        ("yesterday,1,1,1,1,5", "'yesterday' is no time"),
        ("2026-02-30 11:00:00,1,1,1,1,5", "is no time"),
    ],
)
def test_a_line_that_is_wrong_is_named_with_what_was_expected(
    tmp_path: Path, line: str, expected: str
) -> None:
    said = refusal(tmp_path, CSV + line + "\n")

    assert said.startswith("FILE, line 4: ")
    assert expected in said


def test_a_bar_that_opens_before_the_last_one_has_closed_is_refused(tmp_path: Path) -> None:
    assert "line 3: it opens before the H4 bar of line 2" in refusal(tmp_path, CSV, timeframe="H4")


def test_hours_and_days_may_begin_by_the_clock_of_the_broker(tmp_path: Path) -> None:
    half_past = CSV.replace(":00:00", ":30:00")

    assert timestamp_text(read(tmp_path, half_past).bars[0].opened_at) == "2026-01-05T09:30:00Z"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "empty"),
        ("\n\n", "empty"),
        ("time,open,high,low,close,volume\n", "not a single bar"),
        ("time,open,high,low\n1,2,3,4\n", "no column for close"),
        (FIRST, "no column for date"),
        (b"time,open\xff\xfe", "expected UTF-8 or UTF-16"),
        (f"{CSV.splitlines()[0]}\n{FIRST}\n", "--timeframe"),
        (f"{CSV.splitlines()[0]}\n{FIRST}\n2026-01-05 12:00:00,1,1,1,1,1\n", "3:00:00 apart"),
    ],
)
def test_a_file_that_is_no_bars_file_is_refused_with_a_sentence(
    tmp_path: Path, content: str | bytes, expected: str
) -> None:
    assert expected in refusal(tmp_path, content)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DemoError, match=r"nothing\.csv: cannot be read"):
        read_bars(tmp_path / "nothing.csv")
