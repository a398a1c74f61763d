"""Reads a file of price bars: the sample that ships with `backtesting`, a MetaTrader export, or plain CSV."""

import importlib.util
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import cast, get_args

from pydantic import ValidationError

from functions.contract.bar import TIMEFRAME_SECONDS, Bar, inconsistency
from functions.contract.scalars import Timeframe
from scripts.tools.demo.errors import DemoError
from scripts.tools.demo.rows import Row, read_rows

SAMPLE_SYMBOL = "EURUSD"
# MetaTrader names its exports EURUSD_H1_201704190900_201802071500.csv.
_NAMED_FOR_ITS_SYMBOL = re.compile(r"([A-Za-z0-9][A-Za-z0-9.#+-]{0,31})(?:_.*)?")


@dataclass(frozen=True, slots=True)
class BarsFile:
    """Bars of one symbol and timeframe, oldest first, none twice.

    digits: how many decimals the symbol is quoted with, the most that any price of the file has.
    """

    symbol: str
    timeframe: Timeframe
    digits: int
    bars: tuple[Bar, ...]

    @property
    def has_spreads(self) -> bool:
        """Whether the file says what the spread was."""
        return any(bar.spread_points for bar in self.bars)


def sample_file() -> Path:
    """The 5,000 real EURUSD H1 bars in the `backtesting` package, found without importing it."""
    package = importlib.util.find_spec("backtesting")
    for folder in (package and package.submodule_search_locations) or ():
        file = Path(folder) / "test" / f"{SAMPLE_SYMBOL}.csv"
        if file.is_file():
            return file
    raise DemoError(
        "the sample bars are missing: install the `backtesting` package (`uv sync --group tools`)"
        " or name a file of your own with --bars"
    )


def read_bars(file: Path, symbol: str | None = None, timeframe: Timeframe | None = None) -> BarsFile:
    """Read a whole file; prices stay the decimals that were written.

    symbol: whose bars they are, by default what the file's name begins with.
    timeframe: how long a bar is, by default the commonest distance between two of them.
    Raises DemoError naming file, line and what was expected. Times without a zone are taken for UTC.
    """
    rows = read_rows(file)
    if not rows:
        raise DemoError(f"{file}: there is not a single bar below the header")
    _check_order(file, rows)
    known_symbol = symbol or _symbol_of(file)
    known_timeframe = timeframe or _timeframe_of(file, rows)
    _check_distances(file, rows, known_timeframe)
    bars = tuple(_bar(file, row, known_symbol, known_timeframe) for row in rows)
    return BarsFile(known_symbol, known_timeframe, _digits_of(rows), bars)


def _check_order(file: Path, rows: Sequence[Row]) -> None:
    for before, row in pairwise(rows):
        if row.opened_at == before.opened_at:
            raise _error(file, row, f"the bar of {row.opened_at} is there already, on line {before.line}")
        if row.opened_at < before.opened_at:
            raise _error(file, row, f"the bar of {row.opened_at} follows a later one; expected oldest first")


def _symbol_of(file: Path) -> str:
    named = _NAMED_FOR_ITS_SYMBOL.fullmatch(file.stem)
    if not named:
        raise DemoError(
            f"{file}: its name does not begin with a symbol; say whose bars these are with --symbol"
        )
    return named[1]


def _timeframe_of(file: Path, rows: Sequence[Row]) -> Timeframe:
    """Gaps (nights, weekends) are rarer than neighbours, so the commonest distance is a bar's length."""
    distances = Counter(after.opened_at - before.opened_at for before, after in pairwise(rows))
    for distance, _ in distances.most_common(1):
        for name in get_args(Timeframe):
            if distance == _length(name):
                return cast("Timeframe", name)
        raise DemoError(
            f"{file}: most bars are {distance} apart, which is none of {', '.join(get_args(Timeframe))};"
            " say which it is with --timeframe"
        )
    raise DemoError(f"{file}: one bar alone does not tell its length; say it with --timeframe")


def _bar(file: Path, row: Row, symbol: str, timeframe: Timeframe) -> Bar:
    document = {"symbol": symbol, "timeframe": timeframe, "opened_at": row.opened_at}
    try:
        bar = Bar.model_validate(document | row.numbers())
    except ValidationError as error:
        raise _error(file, row, _said_by(error, row.numbers())) from None
    wrong = inconsistency(bar)
    if wrong:
        raise _error(file, row, wrong.rstrip("."))
    return bar


def _said_by(error: ValidationError, numbers: Mapping[str, object]) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    name = str(first["loc"][0]) if first["loc"] else "bar"
    return f"{name} {numbers.get(name, '')!s} {first['msg']}"


def _check_distances(file: Path, rows: Sequence[Row], timeframe: Timeframe) -> None:
    for before, row in pairwise(rows):
        if row.opened_at - before.opened_at < _length(timeframe):
            raise _error(file, row, f"it opens before the {timeframe} bar of line {before.line} has closed")


def _digits_of(rows: Iterable[Row]) -> int:
    prices = (price for row in rows for price in (row.open, row.high, row.low, row.close))
    return max(len(price.partition(".")[2]) for price in prices)


def _length(timeframe: Timeframe) -> timedelta:
    return timedelta(seconds=TIMEFRAME_SECONDS[timeframe])


def _error(file: Path, row: Row, what: str) -> DemoError:
    return DemoError(f"{file}, line {row.line}: {what}")
