"""Types, declarators and parameters: the small grammar shared by items, members and statements."""

from __future__ import annotations

from mql5.simulator.translator.errors import TranslationError
from mql5.simulator.translator.syntax import Declarator, Tokens, TypeRef
from mql5.simulator.translator.tokens import Cursor, Token, split


def type_ref(cursor: Cursor, const: bool = False) -> TypeRef:
    """A type and its `*`; the cursor is left at the name it declares."""
    const = bool(cursor.accept("const")) or const
    name = [cursor.expect_name()]
    while cursor.peek().is_punct("::") and cursor.peek(1).is_name() and _goes_on(cursor):
        name += [cursor.take(), cursor.take()]
    if cursor.peek().is_punct("<"):
        name += [cursor.take(), *cursor.until(">"), cursor.expect(">")]
    const = bool(cursor.accept("const")) or const
    pointer = bool(cursor.accept("*"))
    if cursor.peek().is_punct("*"):
        raise TranslationError("pointers to pointers do not exist", cursor.peek())
    return TypeRef(name, const, pointer)


def _goes_on(cursor: Cursor) -> bool:
    """Is `A::B` here a type (a name follows) rather than the definition of B in A?"""
    after = cursor.peek(2)
    return after.is_name() or after.is_punct("*", "&", "::")


def declarator_tail(cursor: Cursor, declared: Declarator) -> Declarator:
    """Reads `[n]`, `= value` or `(arguments)` behind a declared name."""
    while cursor.peek().is_punct("["):
        declared.dimensions.append(cursor.group())
    if cursor.accept("="):
        declared.initial = cursor.until(",", ";")
    elif cursor.peek().is_punct("("):
        declared.arguments = cursor.group()
    return declared


def parameters(tokens: Tokens) -> list[Declarator]:
    """The parameters of a function, from what its brackets hold."""
    if [token.text for token in tokens] == ["void"]:
        return []
    return [_parameter(part, number) for number, part in enumerate(split(tokens))]


def _parameter(tokens: Tokens, number: int) -> Declarator:
    cursor = Cursor(tokens)
    of = type_ref(cursor)
    reference = bool(cursor.accept("&"))
    if cursor.peek().is_name():
        name = cursor.take()
    else:
        name = Token("name", f"unnamed_{number}", of.name[0].file, of.name[0].line)
    declared = declarator_tail(cursor, Declarator(name, of, reference))
    if not cursor.done:
        raise TranslationError(f"unexpected '{cursor.peek().text}' in a parameter", cursor.peek())
    return declared
