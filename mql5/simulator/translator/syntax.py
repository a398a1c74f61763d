"""What a program consists of, as the parser hands it to the emitter."""

from __future__ import annotations

from dataclasses import dataclass, field

from mql5.simulator.translator.tokens import Token

Tokens = list[Token]


@dataclass(slots=True)
class TypeRef:
    """A type as written: `const`, its name, `*`."""

    name: Tokens
    const: bool = False
    pointer: bool = False


@dataclass(slots=True)
class Declarator:
    """One declared name: `[n]` parts in order (an empty one is a dynamic array) and its initial value."""

    name: Token
    type: TypeRef
    reference: bool = False
    dimensions: list[Tokens] = field(default_factory=list)
    initial: Tokens | None = None  # behind `=`
    arguments: Tokens | None = None  # in brackets, for a constructor


@dataclass(slots=True)
class Variable:
    """One declaration of one or more variables or fields."""

    specifiers: set[str]
    declarators: list[Declarator]
    end: Token


@dataclass(slots=True)
class Function:
    """A function or method, declared or defined."""

    specifiers: set[str]
    returns: TypeRef | None  # None: constructor or destructor
    scope: Tokens  # `Class ::` of a definition outside its class
    name: Tokens  # several tokens for `operator +` and `~Class`
    parameters: list[Declarator]
    suffix: set[str]  # const, override, final
    pure: bool
    initialisers: Tokens | None
    body: Tokens | None
    open: Token  # `{` or `;`
    returns_reference: bool = False

    @property
    def text(self) -> str:
        """The name as one word."""
        return "".join(token.text for token in self.name)


@dataclass(slots=True)
class Enum:
    """An enumeration; a value is None when it follows from the one before."""

    name: Token | None
    body: Tokens
    at: Token


@dataclass(slots=True)
class Label:
    """`public:` and its kin inside a class."""

    token: Token


@dataclass(slots=True)
class Class:
    """A class, struct, union or interface; members are None when it is only announced."""

    key: Token
    name: Token
    base: Tokens
    members: list[Item] | None
    end: Token
    suffix: str = ""


@dataclass(slots=True)
class Template:
    """`template<...>` before a class or a function."""

    head: Tokens
    item: Item


Item = Variable | Function | Enum | Label | Class | Template
