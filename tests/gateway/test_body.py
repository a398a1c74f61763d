"""A body is read in one way or refused: its size, its encoding, its JSON."""

import io
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import flask
import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder

from functions.contract.problems import Problem
from functions.gateway import body
from functions.gateway.body import MAX_BODY_BYTES, MAX_DEPTH, discard_rest, parse_document, read_document


def request_with(
    data: bytes, headers: Mapping[str, str] | None = None, *, chunked: bool = False
) -> flask.Request:
    given = Headers({"Content-Type": "application/json", **(headers or {})})
    builder = EnvironBuilder(method="POST", input_stream=io.BytesIO(data), headers=given)
    environ = builder.get_environ()
    if chunked:
        environ["wsgi.input_terminated"] = True
        environ["HTTP_TRANSFER_ENCODING"] = "chunked"
    else:
        environ["CONTENT_LENGTH"] = str(len(data))
    return flask.Request(environ)


def refusal_of(data: bytes) -> Problem:
    with pytest.raises(Problem) as caught:
        parse_document(data)
    return caught.value


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(json_values, st.booleans())
def test_every_json_document_is_read_as_what_it_says(document: Any, ascii_only: bool) -> None:
    assert parse_document(json.dumps(document, ensure_ascii=ascii_only).encode()) == document


@given(st.binary(max_size=200))
def test_no_bytes_do_worse_than_a_problem(data: bytes) -> None:
    with suppress(Problem):
        parse_document(data)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "{",
        "{}{}",
        "{'a':1}",
        '{"a":1,}',
        "[1 2]",
        "nul",
        "\ufeff{}",
        '"\n"',
        "01",
        "+1",
        ".5",
        "1.",
        "0x1",
    ],
)
def test_what_is_not_json_is_refused(text: str) -> None:
    assert refusal_of(text.encode()).code == "request_not_json"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_what_only_python_takes_for_a_number_is_refused(number: str) -> None:
    assert refusal_of(f'{{"a":{number}}}'.encode()).code == "request_not_json"


@pytest.mark.parametrize("number", ["1e400", "-1e999999999", "9" * 5_000, "-" + "9" * 100_000])
def test_a_number_beyond_all_bounds_is_refused(number: str) -> None:
    assert refusal_of(f'{{"a":{number}}}'.encode()).code == "request_invalid"


@pytest.mark.parametrize(
    "data", [b'{"a":"\xff"}', b"\xc3\x28", b'"\xed\xa0\x80"', '{"a":1}'.encode("utf-16")]
)
def test_what_is_not_utf8_is_refused(data: bytes) -> None:
    assert refusal_of(data).code == "request_not_utf8"


@pytest.mark.parametrize(
    "text", [r'"\ud800"', r'{"\udfff":1}', r'["\ude00\ud83d"]', r'{"a":{"b":["\uD800x"]}}']
)
def test_half_a_character_is_refused(text: str) -> None:
    assert refusal_of(text.encode()).code == "request_not_utf8"


def test_a_whole_character_may_be_escaped_in_two_halves() -> None:
    assert parse_document(rb'"\ud83d\ude00"') == "\U0001f600"


@pytest.mark.parametrize("text", [r'"\u0000"', r'{"\u0000":1}', r'[[{"a":"b\u0000c"}]]'])
def test_the_nul_character_is_refused(text: str) -> None:
    assert refusal_of(text.encode()).code == "request_invalid"


def test_an_escaped_backslash_before_u0000_is_no_nul_character() -> None:
    assert parse_document(rb'"\\u0000"') == r"\u0000"


@pytest.mark.parametrize("text", ['{"a":1,"a":1}', '{"b":[{"a":1,"\\u0061":2}]}'])
def test_a_key_given_twice_is_refused(text: str) -> None:
    assert refusal_of(text.encode()).code == "duplicate_key"


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_nesting_is_allowed_up_to_the_limit(opening: str, closing: str) -> None:
    def nested(depth: int) -> bytes:
        return (opening * depth + "1" + closing * depth).encode()

    parse_document(nested(MAX_DEPTH))
    assert refusal_of(nested(MAX_DEPTH + 1)).code == "request_too_deep"
    assert refusal_of(nested(50_000)).code == "request_too_deep"


def test_empty_containers_count_as_a_level() -> None:
    assert refusal_of(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1)).code == "request_too_deep"


@pytest.mark.parametrize("chunked", [False, True])
def test_the_size_limit_holds_with_and_without_a_declared_length(chunked: bool) -> None:
    fits = b'"' + b"x" * (MAX_BODY_BYTES - 2) + b'"'

    assert read_document(request_with(fits, chunked=chunked))
    with pytest.raises(Problem) as caught:
        read_document(request_with(fits + b" ", chunked=chunked))
    assert caught.value.code == "request_too_large"


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=latin-1"},
        {"Content-Type": "application/jsonp"},
        {"Content-Encoding": "gzip"},
        {"Content-Encoding": "br, gzip"},
    ],
)
def test_another_media_type_or_encoding_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(Problem) as caught:
        read_document(request_with(b"{}", headers))
    assert caught.value.code == "media_type_unsupported"


@pytest.mark.parametrize(
    "headers", [{"Content-Type": "Application/JSON; charset=UTF-8"}, {"Content-Encoding": "identity"}]
)
def test_the_same_said_otherwise_is_accepted(headers: dict[str, str]) -> None:
    assert read_document(request_with(b"{}", headers)) == {}


def test_what_is_left_of_a_body_is_thrown_away_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "MAX_DISCARDED_BYTES", 1_000_000)
    request = request_with(b"x" * 1_500_000)
    stream: io.BytesIO = request.environ["wsgi.input"]

    discard_rest(request)
    assert stream.tell() == 1_000_000
    assert request.get_data() == b""


def test_a_body_that_breaks_off_is_refused() -> None:
    request = request_with(b'{"a":')
    request.environ["CONTENT_LENGTH"] = "500"

    with pytest.raises(Problem) as caught:
        read_document(flask.Request(request.environ))
    assert caught.value.code == "request_not_json"
