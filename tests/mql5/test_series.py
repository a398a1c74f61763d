"""The built-ins about bars, asked by a program in a simulated terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from functions.contract.scalars import timestamp_text
from mql5.simulator.officer_process import OfficerProcess, Setup
from mql5.simulator.simulator import executable
from tests.demo.test_officer import ACCOUNT, INSTRUMENT
from tests.support.clock import after

HERE = Path(__file__).parent
# The broker's clock is two hours ahead of UTC: the third bar opens at 13:00, and the open one at 14:00.
FIRST = "11:00=1.10000,1.10200,1.09900,1.10100,4,10"
SECOND = "12:00=1.20000,1.20200,1.19900,1.20100,4,10"
THIRD = "13:00=1.30000,1.30200,1.29900,1.30100,4,10"
OPEN = "14:00=1.40000,1.40000,1.40000,1.40000,1,12"


@pytest.fixture(scope="module")
def binary() -> Path:
    return executable(officer=HERE / "series" / "series.mq5")


@contextmanager
def terminal(binary: Path, folder: Path, faults: str = "none") -> Iterator[OfficerProcess]:
    """A terminal whose broker has seen three hours of EURUSD and the first price of a fourth."""
    folder.mkdir(parents=True, exist_ok=True)
    at = timestamp_text(after(hours=-3))
    with OfficerProcess(binary, folder / "log") as process:
        process.begin(Setup(at, folder, "EURUSD", {}, ACCOUNT, (INSTRUMENT,), faults))
        for number in (1, 2, 3):
            hour(process, number)
        process.set_market(timestamp_text(after()), "EURUSD", "1.4", 12)
        yield process


def hour(process: OfficerProcess, number: int) -> None:
    """Let the so-manieth hour pass."""
    prices = dict(zip(("open", "high", "low", "close"), ("000", "200", "-100", "100"), strict=True))
    bar = {name: f"{1 + number / 10 + int(part) / 1e5:.5f}" for name, part in prices.items()}
    opened, closed = timestamp_text(after(hours=number - 4)), timestamp_text(after(hours=number - 3))
    process.pass_bar(
        {"symbol": "EURUSD", "spread_points": 10, "opened_at": opened, "closed_at": closed, **bar}
    )


def said(process: OfficerProcess, seconds: float = 2) -> dict[str, str]:
    """What the program printed last of each kind, so long after noon."""
    process.run(timestamp_text(after(seconds=seconds)))
    lines = [line.split(" ", 1)[1] for line in process.state()["prints"]]
    return {line.split()[0]: line for line in lines}


@pytest.fixture(scope="module")
def answers(binary: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the program prints when all is well."""
    with terminal(binary, tmp_path_factory.mktemp("series")) as process:
        return said(process)


@pytest.mark.parametrize(
    "line",
    [
        f"newest 2 {THIRD} {OPEN}",
        f"closed 3 {FIRST} {SECOND} {THIRD}",
        "older -1 error 4401",
        "deeper -1 error 4401",
        f"until 1 {THIRD}",
        f"between 2 {SECOND} {THIRD}",
        "unknown -1 error 4301",
        "as series 14:00 13:00",
        "no room -1 error 5052",
    ],
)
def test_rates_are_copied_oldest_first_and_counted_from_the_newest(
    answers: dict[str, str], line: str
) -> None:
    assert line in answers.values()


def test_one_price_moves_the_bars_of_every_length(answers: dict[str, str]) -> None:
    assert answers["day"] == "day 1 00:00=1.10000,1.40000,1.09900,1.40000,13,10"
    assert answers["quarters"] == (
        "quarters 2 13:30=1.30200,1.30200,1.30200,1.30200,1,10 13:45=1.30100,1.30100,1.30100,1.30100,1,10"
    )


def test_a_series_says_how_much_of_it_there_is(answers: dict[str, str]) -> None:
    assert answers["series"] == "series true 4 1 11:00 14:00"
    assert answers["bars"] == "bars 4 2 0"
    assert answers["times"] == "times 13:00 0"
    assert answers["lengths"] == "lengths 3600 60 1800 14400 86400 604800 2592000"


def test_until_the_history_is_loaded_there_are_no_bars(binary: Path, tmp_path: Path) -> None:
    with terminal(binary, tmp_path, "bars-late/10900") as process:
        loading, loaded = said(process, 90), said(process, 110)
    assert loading["closed"] == "closed -1 error 4401"
    assert loading["series"] == "series false 0 0 00:00 00:00"
    assert loading["bars"] == "bars 0 0 0"
    assert loaded["closed"] == f"closed 3 {FIRST} {SECOND} {THIRD}"


def test_a_part_of_the_history_may_come_first(binary: Path, tmp_path: Path) -> None:
    with terminal(binary, tmp_path, "bars-few/10900") as process:
        loading, loaded = said(process, 90), said(process, 110)
    assert loading["closed"] == f"closed 2 {SECOND} {THIRD}"
    assert loaded["closed"] == f"closed 3 {FIRST} {SECOND} {THIRD}"


def test_bars_may_be_missing_for_a_while(binary: Path, tmp_path: Path) -> None:
    with terminal(binary, tmp_path, "bars-hole@10801/100") as process:
        missing, filled = said(process, 90), said(process, 110)
    assert missing["closed"] == f"closed 1 {THIRD}"
    assert filled["closed"] == f"closed 3 {FIRST} {SECOND} {THIRD}"


def test_without_a_connection_the_bars_stay_as_they_were(binary: Path, tmp_path: Path) -> None:
    with terminal(binary, tmp_path, "offline@10890/100") as process:
        process.run(timestamp_text(after(seconds=100)))
        process.set_market(timestamp_text(after(seconds=110)), "EURUSD", "1.5", 12)
        cut, restored = said(process, 120), said(process, 200)
    assert cut["newest"] == f"newest 2 {THIRD} {OPEN}"
    assert restored["newest"] == f"newest 2 {THIRD} 14:00=1.40000,1.50000,1.40000,1.50000,2,12"


def test_a_bar_can_be_restated_by_the_broker(binary: Path, tmp_path: Path) -> None:
    with terminal(binary, tmp_path) as process:
        process.restate_bar("EURUSD", 3600, 2, "0.005")
        assert said(process)["closed"] == (
            f"closed 3 {FIRST} 12:00=1.20000,1.20600,1.19900,1.20600,4,10 {THIRD}"
        )
