"""Calls: functions that do not exist, and built-ins whose defaults bite."""

from __future__ import annotations

from mql5.lint.findings import Found, rule
from mql5.lint.source import Project, Source
from mql5.simulator.translator.syntax import Tokens
from mql5.simulator.translator.tokens import Token

NOT_CALLS = frozenset(
    {
        "if",
        "for",
        "while",
        "switch",
        "return",
        "sizeof",
        "delete",
        "new",
        "catch",
        "case",
        "operator",
        "else",
        "do",
    }
)
CODE_PAGE_AT = {"StringToCharArray": 4, "CharArrayToString": 3}
WEB_REQUEST_ARGUMENTS = 7


@rule("unknown-function")
def unknown_functions(source: Source, project: Project) -> Found:
    known = set(project.functions) | set(project.builtins) | project.macros | NOT_CALLS
    known |= {part.name.text for local in source.locals for part in local.parts}
    for call in source.calls:
        name = call.name.text
        if not (call.qualified or name in known or name in source.types):
            yield call.name, f"{name}: neither the program nor MQL5's table of built-ins has this function"


@rule("code-page")
def code_pages(source: Source, project: Project) -> Found:
    for call in source.calls:
        at = CODE_PAGE_AT.get(call.name.text)
        if at is None or call.qualified:
            continue
        page = call.arguments[at] if at < len(call.arguments) else []
        if [token.text for token in page] != ["CP_UTF8"]:
            yield call.name, f"{call.name.text} without CP_UTF8 depends on the Windows it runs on"


@rule("character-count")
def character_counts(source: Source, project: Project) -> Found:
    for call in source.calls:
        if call.name.text == "StringToCharArray" and any(
            _mentions(part, "StringLen") for part in call.arguments
        ):
            yield call.name, "StringLen counts characters, StringToCharArray counts bytes: pass -1"


@rule("file-mode")
def file_modes(source: Source, project: Project) -> Found:
    for call in source.calls:
        if call.name.text != "FileOpen" or call.qualified or len(call.arguments) < 2:
            continue
        flags = {token.text for token in call.arguments[1]}
        if "FILE_BIN" not in flags and not ({"FILE_TXT", "FILE_ANSI"} <= flags):
            yield call.name, "FileOpen without FILE_BIN or FILE_TXT|FILE_ANSI is CSV in UTF-16"


@rule("web-request")
def web_requests(source: Source, project: Project) -> Found:
    for call in source.calls:
        if call.name.text == "WebRequest" and len(call.arguments) != WEB_REQUEST_ARGUMENTS:
            yield call.name, "use WebRequest with seven arguments: it sends the whole array and any header"


@rule("filling-cast")
def filling_casts(source: Source, project: Project) -> Found:
    for body in source.bodies:
        for index, token in enumerate(body):
            if token.is_name("ENUM_ORDER_TYPE_FILLING") and _casts_mask(body, index):
                yield token, "SYMBOL_FILLING_MODE is a mask (FOK 1, IOC 2), ORDER_FILLING_* counts from 0"


def _casts_mask(body: Tokens, index: int) -> bool:
    statement: list[Token] = []
    for token in body[index:]:
        if token.is_punct(";"):
            break
        statement.append(token)
    return index > 0 and body[index - 1].is_punct("(") and _mentions(statement, "SYMBOL_FILLING_MODE")


def _mentions(tokens: Tokens, name: str) -> bool:
    return any(token.is_name(name) for token in tokens)
