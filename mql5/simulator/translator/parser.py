"""Cuts a program into items and classes into members; bodies stay lists of tokens."""

from __future__ import annotations

from mql5.simulator.translator.declarations import declarator_tail, parameters, type_ref
from mql5.simulator.translator.errors import TranslationError
from mql5.simulator.translator.names import CLASS_KEYS, SPECIFIERS, Types
from mql5.simulator.translator.syntax import (
    Class,
    Declarator,
    Enum,
    Function,
    Item,
    Label,
    Template,
    Tokens,
    TypeRef,
    Variable,
)
from mql5.simulator.translator.tokens import PAIRS, Cursor, Token

ACCESS = frozenset({"public", "protected", "private"})


class Parser:
    """Parses one list of tokens: a whole program, or (with `class_name`) the inside of a class."""

    def __init__(self, tokens: Tokens, types: Types, class_name: str | None = None) -> None:
        self.cursor = Cursor(tokens)
        self.types = types
        self.class_name = class_name

    def items(self) -> list[Item]:
        """Everything declared, in order."""
        found: list[Item] = []
        while not self.cursor.done:
            item = self._item()
            if item is not None:
                found.append(item)
        return found

    def _item(self) -> Item | None:
        token = self.cursor.peek()
        if self.cursor.accept(";"):
            return None
        if token.is_name(*ACCESS) and self.class_name:
            self.cursor.take()
            self.cursor.expect(":")
            return Label(token)
        if token.is_name("template"):
            return self._template()
        if token.is_name("enum"):
            return self._enum()
        if token.is_name(*CLASS_KEYS):
            return self._class()
        if token.is_name("input", "sinput") and self.cursor.peek(1).is_name("group"):
            self.cursor.index += 3  # `input group "title"` ends without a semicolon
            return None
        return self._declaration()

    def _template(self) -> Template:
        head = [self.cursor.take(), self.cursor.expect("<"), *self.cursor.until(">")]
        head.append(self.cursor.expect(">"))
        item = self._item()
        if item is None:
            raise TranslationError("template of nothing", head[0])
        return Template(head, item)

    def _enum(self) -> Enum:
        at = self.cursor.take()
        name = self.cursor.take() if self.cursor.peek().is_name() else None
        if not self.cursor.peek().is_punct("{"):
            raise TranslationError("expected '{' after enum", self.cursor.peek())
        body = self.cursor.group()
        self.cursor.expect(";")
        return Enum(name, body, at)

    def _class(self) -> Class:
        key, name = self.cursor.take(), self.cursor.expect_name()
        suffix = "final" if self.cursor.accept("final") else ""
        if end := self.cursor.accept(";"):
            return Class(key, name, [], None, end)
        base = self.cursor.until("{") if self.cursor.accept(":") else []
        if not self.cursor.peek().is_punct("{"):
            raise TranslationError("expected '{'", self.cursor.peek())
        inside = self.cursor.group()
        end = self.cursor.peek(-1)
        self.cursor.expect(";")
        return Class(key, name, base, Parser(inside, self.types, name.text).items(), end, suffix)

    def _declaration(self) -> Item:
        specifiers = self._specifiers()
        if self._is_structor():
            return self._function(specifiers, None, False, [])
        returns = type_ref(self.cursor, "const" in specifiers)
        reference = bool(self.cursor.accept("&"))
        scope = self._scope()
        if self.cursor.peek().is_name("operator"):
            return self._function(specifiers, returns, reference, scope)
        if self.cursor.peek(1).is_punct("(") and self._holds_parameters():
            return self._function(specifiers, returns, reference, scope)
        return self._variable(specifiers, returns, scope)

    def _specifiers(self) -> set[str]:
        found: set[str] = set()
        while self.cursor.peek().is_name(*SPECIFIERS):
            found.add(self.cursor.take().text)
        return found

    def _scope(self) -> Tokens:
        scope: Tokens = []
        while self.cursor.peek(1).is_punct("::"):
            scope += [self.cursor.take(), self.cursor.take()]
        return scope

    def _is_structor(self) -> bool:
        """At a constructor or destructor, inside its class or as `Class::Class(`?"""
        first, second = self.cursor.peek(), self.cursor.peek(1)
        if first.is_punct("~"):
            return True
        if self.class_name:
            return first.is_name(self.class_name) and second.is_punct("(")
        third = self.cursor.peek(2)
        return first.is_name() and second.is_punct("::") and (third.is_punct("~") or third.text == first.text)

    def _holds_parameters(self) -> bool:
        """Do the brackets behind the name hold parameters rather than constructor arguments?"""
        first = self.cursor.peek(2)
        return first.is_punct(")") or first.is_name("const") or self.types.starts_type(first)

    def _name(self) -> Tokens:
        if self.cursor.peek().is_punct("~"):
            return [self.cursor.take(), self.cursor.expect_name()]
        name = [self.cursor.expect_name()]
        if name[0].text == "operator":
            while not self.cursor.peek().is_punct("(") or not name[1:]:
                name.append(self.cursor.take())
        return name

    def _function(
        self, specifiers: set[str], returns: TypeRef | None, reference: bool, scope: Tokens
    ) -> Function:
        scope = scope or self._scope()
        name = self._name()
        made_of = parameters(self.cursor.group())
        suffix: set[str] = set()
        while word := self.cursor.accept("const", "override", "final"):
            suffix.add(word.text)
        pure = self._pure()
        initialisers = self._initialisers()
        opening = self.cursor.peek()
        body = self.cursor.group() if opening.is_punct("{") else None
        if body is None:
            self.cursor.expect(";")
        return Function(
            specifiers, returns, scope, name, made_of, suffix, pure, initialisers, body, opening, reference
        )

    def _pure(self) -> bool:
        if not self.cursor.accept("="):
            return False
        zero = self.cursor.take()
        if zero.text not in ("0", "NULL"):
            raise TranslationError("expected '= 0'", zero)
        return True

    def _initialisers(self) -> Tokens | None:
        """What stands between `:` and the body of a constructor."""
        if not self.cursor.accept(":"):
            return None
        start = self.cursor.index
        while not self.cursor.peek().is_punct("{"):
            if self.cursor.done:
                raise TranslationError("a constructor without a body", self.cursor.peek())
            if self.cursor.peek().is_punct(*PAIRS):
                self.cursor.group()
            else:
                self.cursor.take()
        return self.cursor.tokens[start : self.cursor.index]

    def _variable(self, specifiers: set[str], of: TypeRef, scope: Tokens) -> Variable:
        first = self.cursor.expect_name()
        if scope:
            first = Token("name", "".join(t.text for t in [*scope, first]), first.file, first.line)
        declarators = [declarator_tail(self.cursor, Declarator(first, of))]
        while self.cursor.accept(","):
            declarators.append(self._next_declarator(of))
        return Variable(specifiers, declarators, self.cursor.expect(";"))

    def _next_declarator(self, of: TypeRef) -> Declarator:
        pointer = bool(self.cursor.accept("*"))
        return declarator_tail(
            self.cursor, Declarator(self.cursor.expect_name(), TypeRef(of.name, of.const, pointer))
        )
