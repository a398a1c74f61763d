"""`#define`: parsing and expansion, with arguments, `#` and `##`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mql5.simulator.translator.errors import TranslationError
from mql5.simulator.translator.lexer import lex
from mql5.simulator.translator.tokens import Cursor, Token, split

HEAD = re.compile(r"([A-Za-z_]\w*)(\(([^)]*)\))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Macro:
    """The body of a `#define`; `parameters` is None for a macro used without brackets."""

    body: list[Token]
    parameters: list[str] | None


def parse_macro(text: str, at: Token) -> tuple[str, Macro]:
    """Name and macro of what stands behind `#define`."""
    match = HEAD.match(text)
    if match is None:
        raise TranslationError("#define needs a name", at)
    body = lex(text[match.end() :].replace("\\\n", " "), at.file, at.line)
    if match[2] is None:
        return match[1], Macro(body, None)
    return match[1], Macro(body, [name.strip() for name in match[3].split(",") if name.strip()])


def expand(
    tokens: list[Token], macros: dict[str, Macro], active: frozenset[str] = frozenset()
) -> list[Token]:
    """Tokens with every macro replaced; a macro inside its own expansion stays as it is."""
    out: list[Token] = []
    cursor = Cursor(tokens)
    while not cursor.done:
        token = cursor.take()
        macro = macros.get(token.text) if token.kind == "name" and token.text not in active else None
        if macro is None or (macro.parameters is not None and not cursor.peek().is_punct("(")):
            out.append(token)
            continue
        body = macro.body
        if macro.parameters is not None:
            body = _with_arguments(token, macro, split(cursor.group()), macros, active)
        placed = [part.moved_to(token) for part in body]
        out.extend(expand(placed, macros, active | {token.text}))
    return out


def _with_arguments(
    name: Token,
    macro: Macro,
    arguments: list[list[Token]],
    macros: dict[str, Macro],
    active: frozenset[str],
) -> list[Token]:
    parameters = macro.parameters or []
    if len(arguments) != len(parameters):
        raise TranslationError(f"macro {name.text} takes {len(parameters)} arguments", name)
    plain = dict(zip(parameters, arguments, strict=True))
    full = {key: expand(value, macros, active) for key, value in plain.items()}
    out: list[Token] = []
    cursor = Cursor(macro.body)
    while not cursor.done:
        token = cursor.take()
        if token.is_punct("#") and cursor.peek().text in plain:
            text = " ".join(part.text for part in plain[cursor.take().text])
            out.append(Token("string", '"' + text.replace('"', '\\"') + '"', token.file, token.line))
        elif token.is_punct("##") and out:
            out[-1] = _joined(out[-1], plain.get(cursor.peek().text, [cursor.peek()]))
            cursor.take()
        elif cursor.peek().is_punct("##"):
            out.extend(plain.get(token.text, [token]))
        else:
            out.extend(full.get(token.text, [token]) if token.kind == "name" else [token])
    return out


def _joined(left: Token, right: list[Token]) -> Token:
    text = left.text + "".join(part.text for part in right)
    return lex(text, left.file, left.line)[0]
