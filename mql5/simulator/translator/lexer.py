"""Cuts MQL5 text into tokens; a preprocessor line is one token."""

import re

from mql5.simulator.translator.errors import TranslationError
from mql5.simulator.translator.tokens import Token

PATTERN = re.compile(
    r"""
      (?P<space>[ \t\r\f\v]+|\\\r?\n)
    | (?P<newline>\n)
    | (?P<comment>//[^\n]*|/\*.*?\*/)
    | (?P<datetime>D'[^'\n]*')
    | (?P<color>C'[^'\n]*')
    | (?P<string>"(?:\\.|[^"\\\n])*")
    | (?P<char>'(?:\\.|[^'\\\n])+')
    | (?P<number>0[xX][0-9a-fA-F]+\w*|0[bB][01]+\w*|(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?\w*)
    | (?P<name>[A-Za-z_]\w*)
    | (?P<punct><<=|>>=|\.\.\.|::|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|\#\#
              |[-{}()\[\];:,.?~!=<>+*/%&|^\#])
    """,
    re.VERBOSE | re.DOTALL,
)
DIRECTIVE = re.compile(r"#(?:\\\r?\n|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|(?!//)[^\n])*", re.DOTALL)
LAYOUT = frozenset({"space", "newline", "comment"})


def lex(text: str, file: str, line: int = 1, *, directives: bool = False) -> list[Token]:
    """Tokens of `text`; comments vanish.

    Args:
        text: MQL5 source.
        file: name the tokens carry.
        line: number of the first line.
        directives: whether a `#` that opens a line makes the line one token.
    Raises:
        TranslationError: a character that starts no token.
    """
    tokens: list[Token] = []
    position, at_line_start = 0, directives
    while position < len(text):
        directive = DIRECTIVE.match(text, position) if at_line_start else None
        match = directive or PATTERN.match(text, position)
        if match is None:
            raise TranslationError(f"unexpected {text[position]!r}", Token("end", "", file, line))
        kind = "directive" if directive else str(match.lastgroup)
        if kind not in LAYOUT:
            tokens.append(Token(kind, match.group(), file, line))
        at_line_start = directives and (kind == "newline" or (at_line_start and kind in LAYOUT))
        line += match.group().count("\n")
        position = match.end()
    return tokens
