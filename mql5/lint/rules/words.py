"""Words and literals of C++ that MQL5 does not have."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mql5.lint.findings import Found, rule
from mql5.lint.source import Project, Source
from mql5.simulator.translator.names import CPP_ONLY
from mql5.simulator.translator.tokens import Token, closing

NAMESPACE_WORDS = frozenset({"namespace", "using"})
EXCEPTION_WORDS = frozenset({"try", "catch", "throw"})
OTHER_WORDS = CPP_ONLY - NAMESPACE_WORDS - EXCEPTION_WORDS - {"auto"}
NUMBER = re.compile(r"0[xX][0-9a-fA-F]+|[0-9.]+(?:[eE][+-]?\d+)?")
ESCAPE = re.compile(r"\\(.)", re.DOTALL)
ESCAPES = frozenset("ntr\\\"'x")


@rule("namespace")
def namespaces(source: Source, project: Project) -> Found:
    for token, after in _pairs(source):
        if token.is_name(*NAMESPACE_WORDS) or (token.is_name("std") and after.is_punct("::")):
            yield token, f"'{token.text}': MQL5 has no namespaces and no standard library of C++"


@rule("exception")
def exceptions(source: Source, project: Project) -> Found:
    yield from _words(source, EXCEPTION_WORDS, "MQL5 has no exceptions")


@rule("auto")
def automatic_types(source: Source, project: Project) -> Found:
    yield from _words(source, frozenset({"auto"}), "write the type")


@rule("cpp-word")
def other_words(source: Source, project: Project) -> Found:
    yield from _words(source, OTHER_WORDS, "a word of C++ that MQL5 does not know")


@rule("arrow")
def arrows(source: Source, project: Project) -> Found:
    for token in source.code:
        if token.is_punct("->"):
            yield token, "members of pointers are reached with '.'"


@rule("literal-suffix")
def suffixes(source: Source, project: Project) -> Found:
    for token in source.code:
        if token.kind == "number" and not NUMBER.fullmatch(token.text):
            yield token, f"{token.text}: MQL5 has no suffixes of literals; cast instead"


@rule("string-escape")
def escapes(source: Source, project: Project) -> Found:
    for token in source.code:
        if token.kind in ("string", "char"):
            for match in ESCAPE.finditer(token.text[1:-1]):
                if match[1] not in ESCAPES:
                    yield token, f"\\{match[1]} is not an escape of MQL5; use \\x"


@rule("preprocessor")
def directives(source: Source, project: Project) -> Found:
    known = {"include", "define", "undef", "ifdef", "ifndef", "else", "endif", "property"}
    for token in source.directives:
        name = re.match(r"#\s*(\w*)", token.text)
        if name is None or name[1] not in known:
            yield token, f"{token.text.split()[0]}: MQL5 has #ifdef, but no expressions in the preprocessor"


@rule("lambda")
def lambdas(source: Source, project: Project) -> Found:
    for body in source.bodies:
        for index, token in enumerate(body):
            before = body[index - 1] if index else token
            if token.is_punct("[") and (before.is_punct("=", "(", ",") or before.is_name("return")):
                yield token, "MQL5 has no lambdas"


@rule("range-for")
def range_loops(source: Source, project: Project) -> Found:
    for body in source.bodies:
        for index, token in enumerate(body[:-1]):
            if token.is_name("for") and body[index + 1].is_punct("("):
                inside = body[index + 1 : closing(body, index + 1)]
                if any(part.is_punct(":") for part in inside) and not any(
                    part.is_punct(";") for part in inside
                ):
                    yield token, "MQL5 has no range-based for"


def _words(source: Source, words: frozenset[str], message: str) -> Iterator[tuple[Token, str]]:
    for token in source.code:
        if token.is_name() and token.text in words:
            yield token, f"'{token.text}': {message}"


def _pairs(source: Source) -> Iterator[tuple[Token, Token]]:
    return zip(source.code, [*source.code[1:], source.start], strict=True)
