"""Functions and methods in C++: prototypes first, definitions after everything else."""

from __future__ import annotations

from mql5.simulator.translator.bodies import Body
from mql5.simulator.translator.expressions import Expressions
from mql5.simulator.translator.names import Types
from mql5.simulator.translator.syntax import Declarator, Function, Tokens


class Functions:
    """Emits functions of one program."""

    def __init__(self, types: Types) -> None:
        self.types = types
        self.expressions = Expressions(types)

    def declaration(self, item: Function) -> Tokens:
        """A prototype, in its class where it is a method."""
        words = [word for word in ("virtual", "static") if word in item.specifiers]
        head = f"{' '.join(words)} {self._returns(item)} {self._name(item)}"
        suffix = self._suffix(item)
        pure = " = 0" if item.pure else ""
        return [item.name[0].raw(f"{head}({self._parameters(item.parameters, True)}){suffix}{pure};")]

    def definition(self, item: Function, scope: str = "", inside: bool = False) -> Tokens:
        """A body with its head.

        Args:
            item: a function that has a body (or, inside a class, one that may not).
            scope: `Class::` of a method.
            inside: it stands in its class, or is a template, and keeps its specifiers and defaults.
        """
        if item.body is None:
            return self.declaration(item)
        owner = scope or "".join(token.text for token in item.scope)
        head = self._inside_head(item) if inside else self._outside_head(item, owner)
        expressions = Expressions(self.types, owner + item.text)
        out = [item.name[0].raw(head)]
        if item.initialisers:
            out += [item.open.raw(":"), *expressions.rewrite(item.initialisers)]
        out.append(item.open)
        out += Body(item.body, expressions).rewritten()
        return [*out, (item.body[-1] if item.body else item.open).raw("}")]

    def _inside_head(self, item: Function) -> str:
        words = " ".join(word for word in ("virtual", "static") if word in item.specifiers)
        parameters = self._parameters(item.parameters, True)
        return f"{words} {self._returns(item)} {self._name(item)}({parameters}){self._suffix(item)}"

    def _outside_head(self, item: Function, owner: str) -> str:
        parameters = self._parameters(item.parameters, False)
        const = " const" if "const" in item.suffix else ""
        if item.returns is None:
            return f"{owner}{self._name(item)}({parameters}){_may_throw(item)}"
        # The return type behind the name may be one the class itself declares.
        return f"auto {owner}{self._name(item)}({parameters}){const} -> {self._returns(item)}"

    def _returns(self, item: Function) -> str:
        if item.returns is None:
            return ""
        return self.expressions.cpp_type(item.returns) + ("&" if item.returns_reference else "")

    def _suffix(self, item: Function) -> str:
        words = [f" {word}" for word in ("const", "override", "final") if word in item.suffix]
        return _may_throw(item) + "".join(words)

    def _name(self, item: Function) -> str:
        if item.name[0].text == "operator":
            return " ".join(token.text for token in item.name)
        return self.expressions.text(item.name).replace(" ", "")

    def _parameters(self, parameters: list[Declarator], defaults: bool) -> str:
        return ", ".join(self.expressions.parameter(part, defaults) for part in parameters)


def _may_throw(item: Function) -> str:
    """The terminal may die inside a destructor, too."""
    return " noexcept(false)" if item.name[0].is_punct("~") else ""
