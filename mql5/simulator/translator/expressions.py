"""Rewrites expressions, word by word, into C++ that keeps MQL5's meaning."""

from __future__ import annotations

from collections.abc import Callable

from mql5.simulator.translator.errors import TranslationError
from mql5.simulator.translator.literals import (
    cpp_character,
    cpp_color,
    cpp_datetime,
    cpp_number,
    cpp_string,
    decoded,
)
from mql5.simulator.translator.names import Types, cpp_name, words
from mql5.simulator.translator.syntax import Declarator, Tokens, TypeRef
from mql5.simulator.translator.tokens import Cursor, Token

LITERALS: dict[str, Callable[[Token], str]] = {
    "string": lambda token: cpp_string(decoded(token)),
    "char": cpp_character,
    "datetime": cpp_datetime,
    "color": cpp_color,
    "number": cpp_number,
}
AFTER_POINTER = words(") > & , [")


class Expressions:
    """Rewrites the expressions of one function.

    Args:
        types: type names of the program.
        function: what `__FUNCTION__` says there.
    """

    def __init__(self, types: Types, function: str = "") -> None:
        self.types = types
        self.function = function
        self._words: dict[str, Callable[[Cursor, Token], Tokens]] = {
            "NULL": lambda _, token: [token.raw("null")],
            "new": self._new,
            "delete": self._delete,
            "dynamic_cast": self._dynamic_cast,
            "const": self._const,
            "__FUNCTION__": lambda _, token: [token.raw(cpp_string(self.function))],
            "__FILE__": lambda _, token: [token.raw(cpp_string(token.file.rsplit("/", 1)[-1]))],
            "__LINE__": lambda _, token: [token.raw(str(token.line))],
        }
        self._operators: dict[str, Callable[[Cursor, Token], Tokens]] = {
            ".": lambda _, token: [token.raw("->")],
            # The object between the operators makes the division check its divisor at run time.
            "/": lambda _, token: [token.raw("/ checked_division /")],
            "%": lambda _, token: [token.raw("% checked_division %")],
            "/=": self._divide_assign,
            "%=": self._divide_assign,
            "::": self._scope,
            "&": self._address,
        }

    def rewrite(self, tokens: Tokens) -> Tokens:
        """All of an expression."""
        out: Tokens = []
        cursor = Cursor(tokens)
        while not cursor.done:
            out += self.step(cursor)
        return out

    def text(self, tokens: Tokens) -> str:
        """All of an expression as C++ text."""
        return " ".join(token.text for token in self.rewrite(tokens))

    def step(self, cursor: Cursor) -> Tokens:
        """The next word (or as many as belong to it) rewritten."""
        token = cursor.take()
        if token.kind in LITERALS:
            return [token.raw(LITERALS[token.kind](token))]
        if token.kind == "punct":
            operator = self._operators.get(token.text)
            return operator(cursor, token) if operator else [token]
        if token.kind != "name":
            return [token]
        word = self._words.get(token.text)
        if word:
            return word(cursor, token)
        if token.text in self.types.classes and self._is_pointer(cursor):
            cursor.take()
            return [token.raw(f"ptr<{token.text}>")]
        return [token.raw(cpp_name(token.text))]

    def cpp_type(self, of: TypeRef, const: bool | None = None) -> str:
        """A type as C++ text; `const` overrides what the type says (never for what a pointer points to)."""
        name = self.text(of.name)
        if of.pointer:
            if of.name[0].text not in self.types.classes | self.types.parameters:
                raise TranslationError("only classes have pointers", of.name[0])
            return f"ptr<const {name}>" if of.const else f"ptr<{name}>"
        return f"const {name}" if (of.const if const is None else const) else name

    def declared_type(self, declared: Declarator, const: bool | None = None) -> str:
        """The C++ type of a declared name, its array parts included."""
        text = self.cpp_type(declared.type, False if declared.dimensions else const)
        for size in reversed(declared.dimensions):
            text = f"Fixed<{text}, ({self.text(size)})>" if size else f"Array<{text}>"
        is_const = declared.type.const if const is None else const
        constant_array = declared.dimensions and is_const and not declared.type.pointer
        return f"const {text}" if constant_array else text

    def parameter(self, declared: Declarator, default: bool) -> str:
        """One parameter as C++ text, with its default value where asked for."""
        name = cpp_name(declared.name.text)
        if declared.dimensions:
            open_array = Declarator(declared.name, declared.type, True, [[], *declared.dimensions[1:]])
            return f"{self.declared_type(open_array)} &{name}"
        text = f"{self.cpp_type(declared.type)} {'&' if declared.reference else ''}{name}"
        if default and declared.initial is not None:
            text += f" = {self.text(declared.initial)}"
        return text

    def _is_pointer(self, cursor: Cursor) -> bool:
        after = cursor.peek(1)
        return cursor.peek().is_punct("*") and (after.is_name() or after.text in AFTER_POINTER)

    def _const(self, cursor: Cursor, token: Token) -> Tokens:
        """`const Class *` points to a constant object: the word belongs inside the handle."""
        name = cursor.peek()
        if name.text in self.types.classes and cursor.peek(1).is_punct("*"):
            cursor.take()
            cursor.take()
            return [token.raw(f"ptr<const {name.text}>")]
        return [token]

    def _new(self, cursor: Cursor, token: Token) -> Tokens:
        name = [cursor.expect_name()]
        if cursor.peek().is_punct("<"):
            name += [cursor.take(), *cursor.until(">"), cursor.expect(">")]
        arguments = cursor.group() if cursor.peek().is_punct("(") else []
        head = token.raw(f"create<{self.text(name)}>(")
        return [head, *self.rewrite(arguments), token.raw(")")]

    def _delete(self, cursor: Cursor, token: Token) -> Tokens:
        what = cursor.until(";", ")", ",")
        return [token.raw("destroy("), *self.rewrite(what), token.raw(")")]

    def _dynamic_cast(self, cursor: Cursor, token: Token) -> Tokens:
        cursor.expect("<")
        name = cursor.until("*", ">")
        cursor.expect("*")
        cursor.expect(">")
        return [token.raw(f"cast_or_null<{self.text(name)}>")]

    def _divide_assign(self, cursor: Cursor, token: Token) -> Tokens:
        divisor = cursor.until(",", ";", ")", "]", "}")
        return [token, token.raw("nonzero("), *self.rewrite(divisor), token.raw(")")]

    def _scope(self, cursor: Cursor, token: Token) -> Tokens:
        before = cursor.peek(-2)
        if before.is_name() or before.is_punct(">"):
            return [token]
        return [token.raw("program_scope::")]

    def _address(self, cursor: Cursor, token: Token) -> Tokens:
        # `&this` and `this` both mean the handle of the object.
        before = cursor.peek(-2)
        operand = before.kind in ("name", "number", "string") or before.is_punct(")", "]")
        if cursor.peek().is_name("this") and (not operand or before.is_name("return")):
            return []
        return [token]
