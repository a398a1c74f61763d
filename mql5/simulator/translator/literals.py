"""Literals of MQL5 as C++ text."""

import re
from datetime import UTC, datetime

from mql5.simulator.translator.errors import TranslationError
from mql5.simulator.translator.tokens import Token

LONG_MAX = 2**63 - 1
ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{1,4}|.)", re.DOTALL)
SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "'": "'", "0": "\0"}
DATE = re.compile(r"(?:(\d{1,4})\.(\d{1,2})\.(\d{1,4}))?\s*(?:(\d{1,2})(?::(\d{1,2}))?(?::(\d{1,2}))?)?$")


def decoded(token: Token) -> str:
    """The characters of a string or character literal; TranslationError for an unknown escape."""

    def replace(match: re.Match[str]) -> str:
        code = match[1]
        if code.startswith("x") and len(code) > 1:
            return chr(int(code[1:], 16))
        if code not in SIMPLE:
            raise TranslationError(f"\\{code} is not an escape of MQL5", token)
        return SIMPLE[code]

    return ESCAPE.sub(replace, token.text[1:-1])


def cpp_string(text: str) -> str:
    """A C++ literal of type mql::string; every unit beyond printable ASCII is written by its number."""
    units = text.encode("utf-16-le", "surrogatepass")
    body = ""
    for low, high in zip(units[::2], units[1::2], strict=True):
        unit = low | high << 8
        plain = 32 <= unit < 127 and chr(unit) not in '"\\?'
        # A hexadecimal escape would swallow following digits: each one ends its own literal.
        body += chr(unit) if plain else f'\\x{unit:x}" u"'
    return f'u"{body}"_s'


def cpp_character(token: Token) -> str:
    """A character literal: a number of type ushort."""
    text = decoded(token)
    if len(text) != 1:
        raise TranslationError("a character literal holds one character", token)
    return f"((ushort){ord(text)})"


def cpp_number(token: Token) -> str:
    """A number; what exceeds a long is a ulong."""
    return token.text + "UL" if token.text.isdigit() and int(token.text) > LONG_MAX else token.text


def cpp_datetime(token: Token) -> str:
    """`D'2024.01.31 12:00'` as seconds since 1970."""
    match = DATE.match(token.text[2:-1].strip())
    if match is None or match[1] is None:
        raise TranslationError("a datetime literal needs yyyy.mm.dd", token)
    year, month, day = int(match[1]), int(match[2]), int(match[3])
    if year < day:  # D'31.01.2024' is the other documented order
        year, day = day, year
    hour, minute, second = (int(match[part] or 0) for part in (4, 5, 6))
    at = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    return f"datetime({int(at.timestamp())}L)"


def cpp_color(token: Token) -> str:
    """`C'128,0,255'` as a colour, blue in the highest byte."""
    red, green, blue = (int(part, 0) for part in token.text[2:-1].split(","))
    return f"color({red | green << 8 | blue << 16})"
