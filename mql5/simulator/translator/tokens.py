"""Tokens and the cursor every parsing module walks them with."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mql5.simulator.translator.errors import TranslationError

PAIRS = {"(": ")", "[": "]", "{": "}"}
CLOSERS = frozenset(PAIRS.values())


@dataclass(frozen=True, slots=True)
class Token:
    """One word of the source and where it stood.

    `kind` is one of: name, number, string, char, datetime, color, punct, directive, raw, end.
    A `raw` token is C++ text the translator made; it is never looked at again.
    """

    kind: str
    text: str
    file: str
    line: int

    def raw(self, text: str) -> Token:
        """C++ text standing at this token's place."""
        return replace(self, kind="raw", text=text)

    def moved_to(self, other: Token) -> Token:
        """The same word at another token's place, so macros report where they were used."""
        return replace(self, file=other.file, line=other.line)

    def is_punct(self, *texts: str) -> bool:
        """Whether this is one of these operators or brackets."""
        return self.kind == "punct" and self.text in texts

    def is_name(self, *texts: str) -> bool:
        """Whether this is one of these words (any word when none is given)."""
        return self.kind == "name" and (not texts or self.text in texts)


class Cursor:
    """A place in a list of tokens; past the last one it shows an `end` token for ever."""

    def __init__(self, tokens: list[Token], index: int = 0) -> None:
        self.tokens = tokens
        self.index = index
        last = tokens[-1] if tokens else Token("end", "", "", 0)
        self._end = replace(last, kind="end", text="end of file")

    @property
    def done(self) -> bool:
        """Whether every token was taken."""
        return self.index >= len(self.tokens)

    def peek(self, ahead: int = 0) -> Token:
        """The token `ahead` places further, without taking it."""
        at = self.index + ahead
        return self.tokens[at] if 0 <= at < len(self.tokens) else self._end

    def take(self) -> Token:
        """The next token."""
        token = self.peek()
        self.index += 1
        return token

    def accept(self, *texts: str) -> Token | None:
        """The next token if it is one of these words or operators, else nothing is taken."""
        token = self.peek()
        if token.kind in ("punct", "name") and token.text in texts:
            return self.take()
        return None

    def expect(self, text: str) -> Token:
        """The next token, which must be this one; TranslationError otherwise."""
        token = self.accept(text)
        if token is None:
            raise TranslationError(f"expected '{text}' before '{self.peek().text}'", self.peek())
        return token

    def expect_name(self) -> Token:
        """The next token, which must be an identifier."""
        if not self.peek().is_name():
            raise TranslationError(f"expected a name before '{self.peek().text}'", self.peek())
        return self.take()

    def group(self) -> list[Token]:
        """What stands inside the bracket the cursor is at; both brackets are taken."""
        close = closing(self.tokens, self.index)
        inside = self.tokens[self.index + 1 : close]
        self.index = close + 1
        return inside

    def until(self, *stops: str) -> list[Token]:
        """Tokens up to one of `stops` outside all brackets; the stop itself is not taken."""
        start = self.index
        while not self.done and not self.peek().is_punct(*stops):
            if self.peek().is_punct(*PAIRS):
                self.group()
            else:
                self.index += 1
        return self.tokens[start : self.index]


def closing(tokens: list[Token], start: int) -> int:
    """Index of the bracket that closes the one at `start`."""
    depth: list[str] = []
    for index in range(start, len(tokens)):
        token = tokens[index]
        if token.kind != "punct":
            continue
        if token.text in PAIRS:
            depth.append(PAIRS[token.text])
        elif token.text in CLOSERS:
            if token.text != depth.pop():
                raise TranslationError(f"'{token.text}' closes a bracket of another kind", token)
            if not depth:
                return index
    raise TranslationError(f"'{tokens[start].text}' is never closed", tokens[start])


def split(tokens: list[Token], separator: str = ",") -> list[list[Token]]:
    """Parts between separators that stand outside all brackets; no part for no token."""
    parts: list[list[Token]] = []
    cursor = Cursor(tokens)
    while not cursor.done:
        parts.append(cursor.until(separator))
        if cursor.accept(separator) and cursor.done:
            parts.append([])
    return parts
