"""The parts of the Expert Advisor that need no broker, run from their real sources."""

import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mql5.simulator.build import bundle

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(__file__).parent / "programs"
EXAMPLES = ROOT / "contracts" / "examples"
ANSWERS = ("poll_answer", "ack_answer", "report_answer", "sync_answer", "bars_answer")
WRITTEN = ("directive", "execution_event")


@pytest.fixture(scope="session")
def parts() -> Path:
    """The executable that holds every program of tests/mql5/programs."""
    return bundle({file.stem: file for file in sorted(PROGRAMS.glob("*.mq5"))}, PROGRAMS / "parts_main.cpp")


def run(binary: Path, *arguments: str) -> list[str]:
    """What a program prints; fails on a critical error or a complaint of the runtime."""
    words = [str(binary), *arguments]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True)  # noqa: S603
    lines = done.stdout.splitlines()
    assert not [line for line in lines if line.startswith(("critical error", "complaint"))]
    return lines


@pytest.fixture(scope="session")
def values(parts: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What values.mq5 prints."""
    return run(parts, "values", str(tmp_path_factory.mktemp("values")))


# --- messages -----------------------------------------------------------------------------------------


def verdicts(parts: Path, folder: Path, documents: dict[str, tuple[str, str]]) -> dict[str, str]:
    """What answers.mq5 says of each document, given by name as (kind, text)."""
    files = folder / "MQL5" / "Files"
    files.mkdir(parents=True)
    for name, (_, text) in documents.items():
        (files / name).write_bytes(text.encode())
    (files / "list.txt").write_text("".join(f"{kind} {name}\r\n" for name, (kind, _) in documents.items()))
    return dict(line.split(" ", 1) for line in run(parts, "answers", str(folder)))


def examples(verdict: str, kinds: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    """The hand-written examples of some messages."""
    return {
        f"{kind}--{path.stem}": (kind, path.read_text())
        for kind in kinds
        for path in sorted((EXAMPLES / verdict / kind).glob("*.json"))
    }


def test_every_valid_example_is_accepted_by_the_officer(parts: Path, tmp_path: Path) -> None:
    documents = examples("valid", ANSWERS + WRITTEN)
    found = verdicts(parts, tmp_path, documents)
    assert len(found) == len(documents) > 20
    assert {name: said for name, said in found.items() if not said.startswith("valid")} == {}


def test_every_invalid_answer_is_refused_by_the_officer(parts: Path, tmp_path: Path) -> None:
    documents = examples("invalid", (*ANSWERS, "directive"))
    found = verdicts(parts, tmp_path, documents)
    assert len(found) == len(documents) > 30
    assert {name: said for name, said in found.items() if said.startswith("valid")} == {}


def test_a_sync_answer_whose_wanted_bars_are_not_understood_is_used_without_them(
    parts: Path, tmp_path: Path
) -> None:
    found = verdicts(parts, tmp_path, examples("invalid", ("sync_answer",)))
    usable = {name.split("--")[1] for name, said in found.items() if said.startswith("usable but for bars: ")}
    assert usable == {
        "wanted_bars_is_null",
        "wanted_bars_of_an_unknown_timeframe",
        "wanted_bars_without_newest",
    }


def test_what_the_officer_writes_says_what_it_read(parts: Path, tmp_path: Path) -> None:
    documents = examples("valid", WRITTEN)
    found = verdicts(parts, tmp_path, documents)
    for name, (_, text) in documents.items():
        written = json.loads(found[name].removeprefix("valid "))
        expected = {
            key: value or None for key, value in json.loads(text).items()
        }  # "" and null are one to it
        assert {key: value or None for key, value in written.items()} == expected


def test_a_directive_with_one_key_more_or_less_is_refused(parts: Path, tmp_path: Path) -> None:
    directive = json.loads((EXAMPLES / "valid/directive/open_at_market.json").read_text())
    documents = {f"without_{key}": _without(directive, key) for key in directive}
    documents["with_magic"] = ("directive", json.dumps(directive | {"magic": 1}))
    found = verdicts(parts, tmp_path, documents)
    assert {name for name, said in found.items() if said.startswith("valid")} == set()


def _without(document: dict[str, Any], key: str) -> tuple[str, str]:
    return "directive", json.dumps({name: value for name, value in document.items() if name != key})


# --- JSON ---------------------------------------------------------------------------------------------

READ = {
    b'"\\"\\\\\\/\\b\\f\\n\\r\\t"': '"/\b\f\n\r\t'.replace('"', '"\\', 1),
    b'"\\u00fc\\u4e2d\\ud83d\\ude00"': "ü中😀",
    '"ü中😀 \x7f"'.encode(): "ü中😀 \x7f",
    b"12345678901234567890.1234567890": "12345678901234567890.1234567890",
    b"-0.5e+10": "-0.5e+10",
    b" [ 1 , [ ] , { } ] ": ["1", [], {}],
    b'{"a":{"b":[null,true,false]}}': {"k": {"k": ["", "true", "false"]}},
    b"[" * 33 + b"]" * 33: json.loads("[" * 33 + "]" * 33),
}

REFUSED = {
    b"": "at byte 0",
    b"{": "a key is missing at byte 1",
    b'{"a":1,}': "a key is missing at byte 7",
    b'{"a":1,"a":2}': "the key a occurs twice",
    b'{"a" 1}': "a colon is missing at byte 5",
    b"[1 2]": "a comma or a closing bracket is missing at byte 3",
    b"[1,]": "a value is missing at byte 3",
    b"01": "something follows the document at byte 1",
    b"1.": "a digit is missing at byte 2",
    b"-": "a value is missing at byte 1",
    b"+1": "a value is missing at byte 0",
    b"NaN": "a value is missing",
    b"nul": "a value is missing at byte 3",
    b'"a': "a text does not end at byte 2",
    b'"a\tb"': "a control character in a text at byte 2",
    b'"\\x"': "an unknown escape",
    b'"\\u12g4"': "a hexadecimal digit is missing",
    b'"\\u0000"': "an escape that is no character",
    b'"\\ud83d"': "half of a surrogate pair",
    b'"\\ude00"': "an escape that is no character",
    b'"\\ud83d\\u0041"': "half of a surrogate pair",
    b'"\xc3"': "bytes that are not UTF-8",
    b'"\xc0\xaf"': "a byte that is not UTF-8",
    b'"\xed\xa0\x80"': "bytes that are not UTF-8",
    b'"\xf4\x90\x80\x80"': "bytes that are not UTF-8",
    b'"\xff"': "a byte that is not UTF-8",
    b"1 1": "something follows the document at byte 2",
    b"[" * 34 + b"]" * 34: "nested too deeply",
}


def read_all(parts: Path, folder: Path, documents: list[bytes]) -> list[str]:
    """What json.mq5 makes of each document."""
    files = folder / "MQL5" / "Files"
    files.mkdir(parents=True)
    (files / "lines.bin").write_bytes(b"".join(document + b"\n" for document in documents))
    run(parts, "json", str(folder))
    return (files / "out.bin").read_text("utf-8").split("\n")[:-1]


def test_json_is_read_and_written_as_it_was_meant(parts: Path, tmp_path: Path) -> None:
    found = read_all(parts, tmp_path, list(READ))
    texts = [json.loads(line, object_pairs_hook=_merged) for line in found]
    assert texts == list(READ.values())


def test_what_is_not_json_is_refused_with_its_place(parts: Path, tmp_path: Path) -> None:
    found = read_all(parts, tmp_path, list(REFUSED))
    assert len(found) == len(REFUSED)
    for line, (document, fault) in zip(found, REFUSED.items(), strict=True):
        assert line.startswith("fault: "), document
        assert fault in line, document


def _merged(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return dict(pairs)


# --- journal ------------------------------------------------------------------------------------------


def test_a_torn_tail_is_ignored_and_damage_in_the_middle_is_refused_at_every_byte(
    parts: Path, tmp_path: Path
) -> None:
    lines = run(parts, "journal", str(tmp_path), "InpMode=bytes")
    assert lines == ["0 faults, 280 bytes"]


OLD = [f"old {number}" for number in range(1, 6)]
NEW = ["new 1", "new 2", "new 3"]


def test_a_crash_anywhere_loses_nothing_that_was_flushed_and_leaves_a_journal_that_goes_on(
    parts: Path,
) -> None:
    lines = run(parts, "--crash-everywhere", "journal")
    deaths = [text.splitlines() for text in "\n".join(lines).split("usable: true") if text.strip()]
    assert len(deaths) > 40
    for death in deaths:
        said = [line for line in death if line]
        (left,) = [line.removeprefix("left: ") for line in said if line.startswith("left: ")]
        records = [record for record in left.split(",") if record]
        assert records in _possible(said), said


def _possible(said: list[str]) -> list[list[str]]:
    if "flushed new 3" in said:
        return [NEW]
    if "rewritten" in said:
        return [NEW[:2], NEW]
    if "flushed old 5" in said:
        return [OLD, NEW[:2]]
    return [OLD[:count] for count in range(6)]


# --- the broker's clock -------------------------------------------------------------------------------


def wall(zone: str, at: datetime, ahead: timedelta = timedelta(0)) -> timedelta:
    """By how much a clock is ahead of UTC that is so much ahead of a zone's."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=UTC) - at + ahead


# Clocks of brokers: seven hours ahead of New York all year, so that its close ends the day; Athens; Dubai.
CLOCKS: dict[str, Callable[[datetime], timedelta]] = {
    "us": lambda at: wall("America/New_York", at, timedelta(hours=7)),
    "eu": lambda at: wall("Europe/Athens", at),
    "none": lambda at: wall("Asia/Dubai", at),
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def converted(parts: Path, folder: Path, asked: list[tuple[str, datetime, datetime]]) -> list[list[int]]:
    """What the officer makes of moments, given with the rule and the moment at which it is asked."""
    files = folder / "MQL5" / "Files"
    files.mkdir(parents=True)
    lines = ""
    for rule, now, at in asked:
        moments = CLOCKS[rule](now), now - EPOCH, at + CLOCKS[rule](at) - EPOCH
        lines += f"{rule} {' '.join(str(moment // SECOND) for moment in moments)}\r\n"
    (files / "moments.txt").write_text(lines)
    return [[int(word) for word in line.split()] for line in run(parts, "server_times", str(folder))[:-1]]


@pytest.mark.parametrize("rule", CLOCKS)
def test_the_brokers_clock_is_told_in_utc_on_either_side_of_every_change(
    parts: Path, tmp_path: Path, rule: str
) -> None:
    nows = [datetime(2026, 1, 15, tzinfo=UTC), datetime(2026, 7, 15, tzinfo=UTC)]
    hours = [EPOCH + HOUR * number for number in range(24 * 365 * 50, 24 * 365 * 58, 7)]
    changes = [
        at + HOUR * step
        for at in hours
        if CLOCKS[rule](at) != CLOCKS[rule](at + 7 * HOUR)
        for step in range(-24, 31)
    ]
    assert len(changes) == (0 if rule == "none" else 55 * 16)
    asked = [(rule, now, at) for now in nows for at in [*hours[::31], *changes]]

    found = converted(parts, tmp_path, asked)

    assert len(found) == len(asked) > 600
    for (_, _, at), (utc, broker) in zip(asked, found, strict=True):
        # The hour that the broker's clock shows twice counts as the first.
        twice = CLOCKS[rule](at) < CLOCKS[rule](at - HOUR)
        assert utc == (at - (HOUR if twice else 0 * HOUR) - EPOCH) // SECOND, at
        assert broker == (at + CLOCKS[rule](at) - EPOCH) // SECOND, at


def test_a_clock_that_is_not_where_the_rule_says_is_noticed(parts: Path, tmp_path: Path) -> None:
    (tmp_path / "MQL5" / "Files").mkdir(parents=True)
    (tmp_path / "MQL5" / "Files" / "moments.txt").write_text("\r\n")
    assert run(parts, "server_times", str(tmp_path)) == ["steady true true true false true"]


# --- values -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "decimal 1.08523 0.3 0 100 -48.36 1500",
        "ticket 18446744073709551615 true 18446744073709551615",
        "ticket 18446744073709551616 false -",
        "ticket 12x false -",
        "integer -12.0 true -12",
        "integer 12.5 false -",
        "integer  false -",
        "integer 1099511627775 true 1099511627775",
        f"magic {0x4453 << 40 | (1 << 40) - 1} 417 0 0 DS 417",
    ],
)
def test_numbers_are_exact_to_the_digit(values: list[str], line: str) -> None:
    assert line in values


@pytest.mark.parametrize(
    "line",
    [
        "time 2026-01-05T14:00:00Z true 1767621600000 2026-01-05T14:00:00Z",
        "time 2024-02-29T23:59:59.999Z true 1709251199999 2024-02-29T23:59:59.999Z",
        "time 2025-02-29T00:00:00Z false 0 -",
        "time 2026-01-05T14:00:00.25Z true 1767621600250 2026-01-05T14:00:00.25Z",
        "time 2026-01-05T14:00:00.Z false 0 -",
        "time 2026-01-05T14:00:00+00:00 false 0 -",
        "time 2026-01-05T24:00:00Z false 0 -",
    ],
)
def test_timestamps_are_those_of_the_contract(values: list[str], line: str) -> None:
    assert line in values


@pytest.mark.parametrize(
    "line",
    [
        "volume 0.29 0.29 0 1 volume_below_minimum  volume_above_maximum",
        "price 1.08523 1.08524 stop_loss_too_close  stop_loss_too_close",
        "gold 0.3 1923.25 1923.5",
    ],
)
def test_volume_is_floored_to_its_step_and_prices_are_rounded_to_ticks(values: list[str], line: str) -> None:
    assert line in values


@pytest.mark.parametrize(
    ("symbol", "market", "pending"),
    [
        ("EURUSD", "FOK IOC", "RETURN FOK IOC"),
        ("GOLD", "IOC RETURN", "RETURN IOC"),
        ("EXCHANGE", "FOK RETURN", "RETURN FOK"),
        ("BARE", "FOK IOC", "RETURN FOK IOC"),
    ],
)
def test_the_filling_mask_becomes_filling_modes(
    values: list[str], symbol: str, market: str, pending: str
) -> None:
    (line,) = [line for line in values if line.startswith(f"filling {symbol} ")]
    assert line.replace("ORDER_FILLING_", "") == f"filling {symbol} {market} | {pending} |"


@pytest.mark.parametrize(
    "line",
    [
        "map m.EURUSD.r US_500_ Xx",
        "map m.EURUSD.r true EURUSD",
        "map m.EURUSD.R false ",
        "map EURUSD false ",
        "map m..r false ",
    ],
)
def test_prefix_and_suffix_are_taken_with_their_case(values: list[str], line: str) -> None:
    assert line in values


def test_return_codes_are_classed_as_the_protocol_says(values: list[str]) -> None:
    (line,) = [line for line in values if line.startswith("codes ")]
    found = dict(pair.split("=") for pair in line.split(" ")[1:])
    classes = {
        "1": {10008, 10009, 10010},
        "2": {10003, 10005, 10011, 10012, 10031, 10037, 10047, 0},
        "3": {10004, 10020, 10021},
        "4": {10030},
        "5": {10017, 10018, 10024, 10026, 10027, 10028, 10029},
    }
    for answer, codes in classes.items():
        assert {int(code) for code, said in found.items() if said == answer and code != "modify"} == codes
    assert found["10025"] == "6"
    assert found["modify"] == "1"


def test_waiting_doubles_up_to_a_minute_with_jitter_and_obeys_the_server(values: list[str]) -> None:
    (line,) = [line for line in values if line.startswith("backoff 500")]
    waits = [tuple(int(bound) for bound in pair.split("-")) for pair in line.split(" ")[1:]]
    assert waits == [(half, 2 * half) for half in (500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000)]
    assert "backoff asked false true" in values
    assert "backoff after success true" in values


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("good", "[] https://signals.example.com"),
        ("plain http", "must begin with https://"),
        ("key", "is not a complete key"),
        ("suffix", "exactly as written there"),
        ("range", "it must be between 1 and 100"),
        ("patience", "must be more than InpGraceSeconds"),
        ("clock", "it must be us"),
    ],
)
def test_inputs_are_judged_in_sentences(values: list[str], what: str, sentence: str) -> None:
    (line,) = [line for line in values if line.startswith(f"inputs {what} ")]
    assert sentence in line


def test_ids_follow_from_what_they_name(values: list[str]) -> None:
    (line,) = [line for line in values if line.startswith("uuid ")]
    assert line.endswith(" true false")


def test_a_brokers_text_is_cleaned_of_what_is_no_character(values: list[str]) -> None:
    assert "clean a?b" in values
