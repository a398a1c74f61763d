"""A parsed file and the project it belongs to, as rules look at them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from mql5.simulator import builtins
from mql5.simulator.translator.errors import TranslationError
from mql5.simulator.translator.lexer import lex
from mql5.simulator.translator.macros import HEAD
from mql5.simulator.translator.names import Types
from mql5.simulator.translator.parser import Parser
from mql5.simulator.translator.statements import Local, Statements
from mql5.simulator.translator.syntax import Class, Enum, Function, Item, Template, Tokens, Variable
from mql5.simulator.translator.tokens import Cursor, Token, split

CONSTANT_WORDS = frozenset({"true", "false", "NULL", "sizeof"})


@dataclass(slots=True)
class Method:
    """A function or method and the class it is declared in, if any."""

    function: Function
    owner: Class | None


class Source:
    """One file: its text, its words, its items."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text(encoding="utf-8", errors="surrogateescape")
        self.tokens = lex(self.text, str(path), directives=True)
        self.code = [token for token in self.tokens if token.kind != "directive"]
        self.directives = [token for token in self.tokens if token.kind == "directive"]
        self.items: list[Item] = []
        self.broken: TranslationError | None = None

    def parse(self, types: Types) -> None:
        """Reads the items; a file that cannot be read keeps the error instead."""
        self.types = types
        try:
            self.items = Parser(self.code, types).items()
        except TranslationError as error:
            self.broken = error

    @property
    def start(self) -> Token:
        """The place of a finding about the whole file."""
        return Token("end", "", str(self.path), 1)

    @cached_property
    def classes(self) -> list[Class]:
        """Every class, struct, union and interface with members."""
        return [
            item
            for item, _ in _walk(self.items, None)
            if isinstance(item, Class) and item.members is not None
        ]

    @cached_property
    def methods(self) -> list[Method]:
        """Every function and method, declared or defined."""
        return [Method(item, owner) for item, owner in _walk(self.items, None) if isinstance(item, Function)]

    @cached_property
    def bodies(self) -> list[Tokens]:
        """The inside of every function."""
        return [method.function.body for method in self.methods if method.function.body]

    @cached_property
    def globals(self) -> list[Variable]:
        """Variables outside functions and classes, and definitions of static members."""
        return [item for item in self.items if isinstance(item, Variable)]

    @cached_property
    def locals(self) -> list[Local]:
        """Declarations inside functions."""
        return [local for body in self.bodies for local in _locals(body, self.types)]

    @cached_property
    def calls(self) -> list[Call]:
        """Every `name(...)` inside a function."""
        return [call for body in self.bodies for call in calls_in(body)]


@dataclass(slots=True)
class Call:
    """A call as written; `qualified` when `.`, `::` stands before the name."""

    name: Token
    arguments: list[Tokens]
    qualified: bool


@dataclass
class Project:
    """All files linted together: what one declares, the others may use."""

    sources: list[Source]
    builtins: dict[str, builtins.Builtin] = field(default_factory=builtins.load)

    @cached_property
    def functions(self) -> dict[str, list[Method]]:
        """Functions and methods by name."""
        found: dict[str, list[Method]] = {}
        for source in self.sources:
            for method in source.methods:
                found.setdefault(method.function.text, []).append(method)
        return found

    @cached_property
    def classes(self) -> dict[str, Class]:
        """Classes by name."""
        return {item.name.text: item for source in self.sources for item in source.classes}

    @cached_property
    def structs(self) -> frozenset[str]:
        """Names of structures and classes."""
        return frozenset(self.classes)

    @cached_property
    def macros(self) -> frozenset[str]:
        """Names behind `#define`."""
        texts = [token.text for source in self.sources for token in source.directives]
        heads = [
            HEAD.match(text.split("define", 1)[1].strip()) for text in texts if "define" in text.split()[0]
        ]
        return frozenset(head[1] for head in heads if head)

    @cached_property
    def constants(self) -> frozenset[str]:
        """Names that stand for a value known when compiling."""
        return frozenset(
            name
            for source in self.sources
            for item, _ in _walk(source.items, None)
            for name in _constants(item)
        )

    def is_constant(self, value: Tokens, source: Source) -> bool:
        """Whether an initial value, size or label is known when compiling."""
        cursor = Cursor(value)
        while not cursor.done:
            token = cursor.take()
            if not token.is_name() or token.text in CONSTANT_WORDS or token.text in source.types:
                continue
            known = token.text in self.constants or token.text in self.macros or token.text.isupper()
            if cursor.peek().is_punct("(") or not (known or _is_built_in_constant(token.text)):
                return False
        return True


def _is_built_in_constant(name: str) -> bool:
    """MetaTrader's own constants are upper case, apart from the colours."""
    return name.upper() == name or (name.startswith("clr") and name[3:4].isupper())


def _constants(item: Item) -> list[str]:
    if isinstance(item, Enum):
        return [part[0].text for part in split(item.body) if part]
    if isinstance(item, Variable) and not item.specifiers & {"input", "sinput"}:
        return [part.name.text for part in item.declarators if part.type.const]
    return []


def _walk(items: list[Item], owner: Class | None) -> Iterator[tuple[Item, Class | None]]:
    for item in items:
        inner = item.item if isinstance(item, Template) else item
        yield inner, owner
        if isinstance(inner, Class):
            yield from _walk(inner.members or [], inner)


def _locals(body: Tokens, types: Types) -> Iterator[Local]:
    statements = Statements(body, types)
    while not statements.cursor.done:
        if statements.declares():
            yield statements.declaration()
        else:
            statements.note(statements.cursor.peek())
            statements.cursor.take()


def calls_in(tokens: Tokens) -> Iterator[Call]:
    for index, token in enumerate(tokens):
        if not token.is_name() or not (index + 1 < len(tokens) and tokens[index + 1].is_punct("(")):
            continue
        before = tokens[index - 1] if index else None
        qualified = before is not None and before.is_punct(".", "::", "->", "~")
        yield Call(token, split(Cursor(tokens, index + 1).group()), qualified)
