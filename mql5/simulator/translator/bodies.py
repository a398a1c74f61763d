"""Rewrites function bodies: declarations get C++ types, everything else goes through Expressions."""

from __future__ import annotations

from mql5.simulator.translator.errors import TranslationError
from mql5.simulator.translator.expressions import Expressions
from mql5.simulator.translator.names import cpp_name
from mql5.simulator.translator.statements import Local, Statements
from mql5.simulator.translator.syntax import Declarator, Tokens
from mql5.simulator.translator.tokens import Token


class Body:
    """One function body on its way to C++."""

    def __init__(self, tokens: Tokens, expressions: Expressions) -> None:
        self.statements = Statements(tokens, expressions.types)
        self.expressions = expressions
        self.out: Tokens = []

    def rewritten(self) -> Tokens:
        """The body in C++, without its outer braces."""
        cursor = self.statements.cursor
        while not cursor.done:
            if self.statements.declares():
                self._declaration(self.statements.declaration())
            else:
                self.statements.note(cursor.peek())
                self.out += self.expressions.step(cursor)
        return self.out

    def _declaration(self, local: Local) -> None:
        for part in local.parts:
            if part.reference:
                raise TranslationError("references exist only as parameters", part.name)
        if local.in_header and len(local.parts) > 1:
            self._joined(local.parts)
        else:
            for number, part in enumerate(local.parts):
                self.out += [local.end.raw(";")] if number else []
                self.out += self._local(part, local.static)
        self.out.append(local.end)

    def _joined(self, parts: list[Declarator]) -> None:
        """Several variables of one type in the header of a `for`."""
        types = {self.expressions.declared_type(part) for part in parts}
        if len(types) != 1:
            raise TranslationError("variables of several types in one header", parts[0].name)
        first = parts[0].name
        self.out.append(first.raw(types.pop()))
        for number, part in enumerate(parts):
            self.out.append(first.raw(", " if number else ""))
            self.out += [part.name.raw(cpp_name(part.name.text)), *initialiser(part, self.expressions)]

    def _local(self, part: Declarator, static: bool) -> Tokens:
        text = self.expressions.declared_type(part)
        name = part.name.raw(cpp_name(part.name.text))
        if static and not part.type.const:
            return static_local(part, text, name, self.expressions)
        head = [part.name.raw(f"{'static ' if static else ''}{text}"), name]
        return head + initialiser(part, self.expressions)


def initialiser(part: Declarator, expressions: Expressions) -> Tokens:
    """` = value` or `(arguments)` of a variable, in C++."""
    if part.initial is not None:
        if part.dimensions and len(part.initial) == 2:  # `{}`
            return [part.name.raw("(zeroed)")]
        equals = [] if part.dimensions else [part.name.raw("=")]
        return equals + expressions.rewrite(part.initial)
    if part.arguments is not None:
        return [part.name.raw("("), *expressions.rewrite(part.arguments), part.name.raw(")")]
    return []


def construction(part: Declarator, text: str, expressions: Expressions) -> Tokens:
    """A lambda that builds the variable's first value in zeroed memory."""
    at = part.name
    value: Tokens = []
    if part.initial is not None:
        braced = part.initial[0].is_punct("{")
        inner = expressions.rewrite(part.initial)
        value = inner if braced else [at.raw("("), *inner, at.raw(")")]
    elif part.arguments is not None:
        value = [at.raw("("), *expressions.rewrite(part.arguments), at.raw(")")]
    return [at.raw(f"[](void *at) {{ ::new (at) {text}"), *value, at.raw("; }")]


def static_local(part: Declarator, text: str, name: Token, expressions: Expressions) -> Tokens:
    """A static local that begins anew with each start of the program."""
    store = f"{name.text}_static"
    head = name.raw(f"static StaticLocal<{text}> {store}; {text} &{name.text} = {store}.get(")
    return [head, *construction(part, text, expressions), name.raw(")")]
