"""The lines of a bars file, whatever its encoding, separator and column names."""

import codecs
import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from scripts.tools.demo.errors import DemoError

# Each with the names it goes by, the best one first, in lower case without <>, blanks and underlines.
# An index column that pandas wrote has no name at all.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "date": ("openedat", "datetime", "timestamp", "opentime", "gmttime", "date", "time", ""),
    "open": ("open", "o", "bidopen", "openbid"),
    "high": ("high", "h", "bidhigh", "highbid"),
    "low": ("low", "l", "bidlow", "lowbid"),
    "close": ("close", "c", "bidclose", "closebid"),
    "tick_volume": ("tickvol", "tickvolume", "volume", "vol", "v"),
    "spread_points": ("spread", "spreadpoints"),
}
_NEEDED = ("date", "open", "high", "low", "close")
_EXPECTED = (
    "expected the header <DATE> <TIME> <OPEN> <HIGH> <LOW> <CLOSE> <TICKVOL> <VOL> <SPREAD> of a MetaTrader"
    " export, or one of plain CSV such as time,open,high,low,close,volume"
)
_UNIX_TIME = re.compile(r"\d{10}|\d{13}")
_PRICE = re.compile(r"[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Row:
    """One bar as the file writes it: prices are still text. `line` counts from 1."""

    line: int
    opened_at: datetime
    open: str
    high: str
    low: str
    close: str
    tick_volume: int
    spread_points: int

    def numbers(self) -> dict[str, object]:
        """Everything but line and time, by the names of the contract."""
        names = ("open", "high", "low", "close", "tick_volume", "spread_points")
        return {name: getattr(self, name) for name in names}


def read_rows(file: Path) -> list[Row]:
    """The rows below the header, blank lines left out; raises DemoError naming the line that is wrong."""
    lines = _text(file).splitlines()
    header_at = next((place for place, line in enumerate(lines) if line.strip()), None)
    if header_at is None:
        raise DemoError(f"{file}: the file is empty; {_EXPECTED}")
    separator = _separator(lines[header_at])
    header = next(csv.reader([lines[header_at]], delimiter=separator))
    columns = _columns(file, header_at + 1, header)
    return [
        _row(file, number, next(csv.reader([line], delimiter=separator)), columns, len(header))
        for number, line in enumerate(lines[header_at + 1 :], start=header_at + 2)
        if line.strip()
    ]


def _text(file: Path) -> str:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise DemoError(f"{file}: cannot be read: {error.strerror}") from None
    # MetaTrader 5 writes UTF-16, little end first, usually with a mark and sometimes without.
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = "utf-16" if marked else "utf-16-le" if content[1:2] == b"\0" else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise DemoError(
            f"{file}: byte {error.start} is no {encoding}; expected UTF-8 or UTF-16 text"
        ) from None


def _separator(header: str) -> str:
    return max("\t;,", key=header.count)


def _columns(file: Path, line: int, header: Sequence[str]) -> dict[str, int]:
    """Where each value stands."""
    plain = [re.sub(r"[<>\s_]", "", name).lower() for name in header]
    columns = {
        value: plain.index(name)
        for value, names in _NAMES.items()
        for name in [next((name for name in names if name in plain), None)]
        if name is not None
    }
    missing = [value for value in _NEEDED if value not in columns]
    if missing:
        raise DemoError(f"{file}, line {line}: there is no column for {', '.join(missing)}; {_EXPECTED}")
    if plain[columns["date"]] == "date" and "time" in plain:
        columns["time"] = plain.index("time")
    return columns


def _row(file: Path, line: int, values: Sequence[str], columns: Mapping[str, int], width: int) -> Row:
    if len(values) != width:
        raise DemoError(f"{file}, line {line}: {len(values)} values, expected {width} as in the header")
    given = {name: values[place].strip() for name, place in columns.items()}
    try:
        return Row(
            line,
            _moment(given["date"], given.get("time", "")),
            open=_price("open", given["open"]),
            high=_price("high", given["high"]),
            low=_price("low", given["low"]),
            close=_price("close", given["close"]),
            tick_volume=_count("volume", given.get("tick_volume", "0")),
            spread_points=_count("spread", given.get("spread_points", "0")),
        )
    except ValueError as error:
        raise DemoError(f"{file}, line {line}: {error}") from None


def _moment(date: str, time: str) -> datetime:
    """A time without a zone is UTC: an export does not say how far its broker's clock is off."""
    if not time and _UNIX_TIME.fullmatch(date):
        return datetime.fromtimestamp(int(date) // (1000 if len(date) == 13 else 1), UTC)
    # 2017.04.19 and 2017/04/19 are 2017-04-19; a day alone is its first moment.
    written = re.sub(r"^(\d{4})[./](\d\d)[./](\d\d)", r"\1-\2-\3", f"{date} {time}".strip())
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise ValueError(f"{written!r} is no time; expected one like 2017.04.19 09:00:00") from None
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)


def _price(name: str, text: str) -> str:
    if not _PRICE.fullmatch(text):
        raise ValueError(f"{name} is {text!r}; expected a price with a decimal point, like 1.07160")
    return text


def _count(name: str, text: str) -> int:
    """A whole number; the fraction that some sources give a volume is cut off."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{name} is {text!r}; expected a number") from None
    if not value.is_finite() or value < 0:
        raise ValueError(f"{name} is {text!r}; expected a number not below zero")
    return int(value)
