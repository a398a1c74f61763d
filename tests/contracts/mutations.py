"""Small damages to a document, as broken or hostile senders make them."""

import copy
from collections.abc import Iterator
from random import Random
from typing import Any, Final

Path = tuple[str | int, ...]
NOTHING: Final = object()


def _deep() -> Any:
    document: Any = None
    for _ in range(100):
        document = {"deeper": [document]}
    return document


_NUMBERS: Final = (
    *(0, 1, -1, 9, 10, 1.0, 0.0, -0.0, 0.5, 1e22, 1e300, float("inf"), float("nan"), 10**400),
    *(2**31 - 1, 2**31, 2**40 - 1, 2**40, float(2**40 - 1), 2**53 - 1, 2**53, 2**63, 2**64, -(2**53)),
)
_DECIMALS: Final = """
    0 -0 0.0 -1 1 1.0 01 +1 1. .5 1e5 1,5 1_000 Infinity NaN \u0661 \uff11 0.0000000001 0.00000000001
    0.9999999999 1.0000000000 1.00000000000 1.0000000001 999999999999 9999999999999 11111111111111111111
"""
_TIMESTAMPS: Final = """
    2026-01-05T14:00:00Z 2026-01-05t14:00:00z 2026-01-05T14:00:00+00:00 2026-W02-1T14:00:00Z 2026-01-05T14:00Z
    2026-02-29T00:00:00Z 2028-02-29T00:00:00Z 2026-04-31T00:00:00Z 2026-01-05T24:00:00Z 2026-06-30T23:59:60Z
    1969-12-31T23:59:59Z 1970-01-01T00:00:00Z 2099-12-31T23:59:59.999999Z 2100-01-01T00:00:00Z
    2026-01-05T14:00:00.1234567Z 2026-01-05T14:00:00.Z
"""
_WORDS: Final = """
    null true buy BUY open market H1 code Code EUR EURUSD EUR/USD EUR\x00USD \ud800
    00000000-0000-0000-0000-000000000000 7F2F6AD0-54A3-4D7B-9C5E-0E8D3F7F1A01
"""
_LENGTHS: Final = ("", *(each * count for each in "aé😀" for count in (63, 64, 65, 500, 501)))
# Put in the place of any value. Only what json.loads can return: the verdicts are about parsed JSON.
REPLACEMENTS: Final[tuple[Any, ...]] = (
    *(None, True, False, [], {}, [[]], [None], {"": None}, _deep()),
    *_NUMBERS,
    *(_DECIMALS + _TIMESTAMPS + _WORDS).split(),
    *(" ", "\n", "\x00", "\u2028", "2026-01-05 14:00:00Z"),
    *_LENGTHS,
)


def places(node: Any, path: Path = ()) -> Iterator[Path]:
    """The path of every value within a document, the document itself first."""
    yield path
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in children:
        yield from places(value, (*path, key))


def at(document: Any, path: Path) -> Any:
    """The value at a path."""
    for key in path:
        document = document[key]
    return document


def _with(document: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    changed = copy.deepcopy(document)
    parent = at(changed, path[:-1])
    if value is NOTHING:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    return changed


def mutations(document: Any, random: Random, per_place: int) -> Iterator[tuple[str, Any]]:
    """Damaged copies with what was done to each: at every place the systematic ones and some replacements."""
    for path in places(document):
        where = "/".join(map(str, path))
        for done, value in (*_systematic(at(document, path)), *_random(random, per_place)):
            yield f"{where}: {done}", _with(document, path, value)
        if path:
            yield f"{where}: dropped", _with(document, path, NOTHING)


def _random(random: Random, count: int) -> Iterator[tuple[str, Any]]:
    for value in random.sample(REPLACEMENTS, count):
        yield f"replaced by {str(value)[:60]!r}", value


def _systematic(value: Any) -> Iterator[tuple[str, Any]]:
    """What is likeliest to be accepted by one reader and refused by another, for this very value."""
    match value:
        case bool():
            yield from (("number for boolean", int(value)), ("text for boolean", str(value).lower()))
        case int():
            yield from (("float for integer", float(value)), ("text for integer", str(value)))
            yield from (("boolean for integer", bool(value)), ("fraction added", value + 0.5))
        case str():
            yield from (("newline at the end", value + "\n"), ("space before", " " + value))
            yield from (("upper case", value.upper()), ("empty", ""), ("NUL at the end", value + "\x00"))
            yield from (("last character lost", value[:-1]), ("in a list", [value]))
        case list():
            yield from (
                ("twice as long", value * 2),
                ("endless", value * 1001),
                ("an object", {str(i): each for i, each in enumerate(value)}),
            )
            yield from (("empty", []), ("null at the end", [*value, None]))
        case dict():
            yield from (("key added", value | {"unknown": None}), ("empty key added", value | {"": None}))
            yield from (("in a list", [value]), ("as pairs", [list(pair) for pair in value.items()]))
