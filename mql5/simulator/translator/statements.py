"""Finds where statements begin in a function body, and reads the declarations among them."""

from __future__ import annotations

from dataclasses import dataclass

from mql5.simulator.translator.declarations import declarator_tail, type_ref
from mql5.simulator.translator.names import Types, words
from mql5.simulator.translator.syntax import Declarator, Tokens, TypeRef
from mql5.simulator.translator.tokens import Cursor, Token

HEADERS = words("if for while switch")
DECLARES = words("; = , ( [")


@dataclass(slots=True)
class Local:
    """One declaration inside a body; `in_header` when it stands in the header of a `for`."""

    static: bool
    parts: list[Declarator]
    in_header: bool
    end: Token


class Statements:
    """A walk through a body. The caller asks `declares()`, then takes a declaration or one word.

    Every word taken otherwise must be shown to `note` first.
    """

    def __init__(self, tokens: Tokens, types: Types) -> None:
        self.cursor = Cursor(tokens)
        self.types = types
        self._brackets: list[bool] = []  # for each open one: does it hold the header of a statement?
        self._begins = True  # does a statement begin here?
        self._ternaries = 0

    def note(self, token: Token) -> None:
        """Keeps account of brackets, to know where the next statement begins."""
        before = self.cursor.peek(-1)
        self._begins = token.is_name("else", "do")
        if token.kind != "punct":
            return
        if token.text in ("(", "["):
            header = token.text == "(" and before.is_name(*HEADERS)
            self._brackets.append(header)
            self._begins = header and before.is_name("for")
        elif token.text in (")", "]"):
            self._begins = bool(self._brackets) and self._brackets.pop()
        elif token.text == "?":
            self._ternaries += 1
        elif token.text == ":":
            self._begins = self._ternaries == 0
            self._ternaries = max(0, self._ternaries - 1)
        else:
            self._begins = token.text in (";", "{", "}") and not any(self._brackets)

    def declares(self) -> bool:
        """Does a declaration begin here?"""
        if not self._begins:
            return False
        ahead = 0
        while self.cursor.peek(ahead).is_name("static", "const"):
            ahead += 1
        if not self.types.starts_type(self.cursor.peek(ahead)):
            return ahead > 0
        ahead += 1
        while self.cursor.peek(ahead).is_punct("::") and self.cursor.peek(ahead + 1).is_name():
            ahead += 2
        if self.cursor.peek(ahead).is_punct("<"):
            ahead = self._past_angles(ahead)
        if self.cursor.peek(ahead).is_punct("*", "&"):
            ahead += 1
        return self.cursor.peek(ahead).is_name() and self.cursor.peek(ahead + 1).text in DECLARES

    def declaration(self) -> Local:
        """Takes the declaration the walk is at, with its semicolon."""
        in_header = any(self._brackets)
        static = bool(self.cursor.accept("static"))
        const = bool(self.cursor.accept("const"))
        static = bool(self.cursor.accept("static")) or static
        of = type_ref(self.cursor, const)
        parts = [self._declarator(of)]
        while self.cursor.accept(","):
            pointer = bool(self.cursor.accept("*"))
            parts.append(self._declarator(TypeRef(of.name, of.const, pointer)))
        self._begins = not in_header
        return Local(static, parts, in_header, self.cursor.expect(";"))

    def _declarator(self, of: TypeRef) -> Declarator:
        reference = bool(self.cursor.accept("&"))
        return declarator_tail(self.cursor, Declarator(self.cursor.expect_name(), of, reference))

    def _past_angles(self, ahead: int) -> int:
        while not self.cursor.peek(ahead).is_punct(">", ";") and self.cursor.peek(ahead).kind != "end":
            ahead += 1
        return ahead + 1
