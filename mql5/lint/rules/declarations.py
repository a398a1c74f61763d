"""Declarations: parameters, locals, initial values, sizes and labels."""

from __future__ import annotations

from mql5.lint.findings import Found, rule
from mql5.lint.source import Project, Source
from mql5.simulator.translator.names import BUILT_IN_STRUCTS
from mql5.simulator.translator.syntax import Declarator, Tokens
from mql5.simulator.translator.tokens import Cursor, closing

ENUM_SOURCES = ("GetInteger", "InfoInteger")  # functions that return a long for what is an enumeration


@rule("struct-by-value")
def structures_by_value(source: Source, project: Project) -> Found:
    for method in source.methods:
        for part in method.function.parameters:
            name = part.type.name[0].text
            by_value = not (part.reference or part.type.pointer or part.dimensions)
            if by_value and (name in project.structs or name in BUILT_IN_STRUCTS):
                yield part.name, f"{name} {part.name.text}: structures and objects are passed by reference"


@rule("array-by-value")
def arrays_by_value(source: Source, project: Project) -> Found:
    for method in source.methods:
        for part in method.function.parameters:
            if part.dimensions and not part.reference:
                yield part.name, f"{part.name.text}[]: arrays are passed by reference"


@rule("local-reference")
def local_references(source: Source, project: Project) -> Found:
    for local in source.locals:
        for part in local.parts:
            if part.reference:
                yield part.name, f"&{part.name.text}: references exist only as parameters"


@rule("constant-initialiser")
def initialisers(source: Source, project: Project) -> Found:
    declared = [part for item in source.globals for part in item.declarators]
    declared += [part for local in source.locals if local.static for part in local.parts]
    for part in declared:
        if part.initial is not None and not project.is_constant(part.initial, source):
            yield part.name, f"{part.name.text}: globals and statics start with constants only"


@rule("array-size")
def sizes(source: Source, project: Project) -> Found:
    declared = [part for item in source.globals for part in item.declarators]
    declared += [part for local in source.locals for part in local.parts]
    for part in declared:
        constant = _constants_of(source) | project.constants
        for size in part.dimensions:
            unknown = [token for token in size if token.is_name() and token.text not in constant]
            if not project.is_constant(unknown, source):
                yield part.name, f"{part.name.text}[]: the size of an array is a constant"


@rule("case-label")
def labels(source: Source, project: Project) -> Found:
    for body in source.bodies:
        for index, token in enumerate(body):
            if token.is_name("case"):
                label = Cursor(body, index + 1).until(":")
                unknown = [part for part in label if part.text not in _constants_of(source)]
                if not project.is_constant(unknown, source):
                    yield token, "the label of a case is a constant"


@rule("declaration-in-case")
def declarations_in_cases(source: Source, project: Project) -> Found:
    """A local declared between two labels belongs to both, but only one of them initialises it."""
    for body in source.bodies:
        for index, token in enumerate(body[:-1]):
            if token.is_name("switch"):
                opening = closing(body, index + 1) + 1
                inside = body[opening + 1 : closing(body, opening)]
                yield from _declared_directly(inside, source)


@rule("enum-cast")
def enumeration_casts(source: Source, project: Project) -> Found:
    declared = [part for item in source.globals for part in item.declarators]
    declared += [part for local in source.locals for part in local.parts]
    for part in declared:
        if part.type.name[0].text.startswith("ENUM_") and part.initial and _is_number(part.initial):
            yield part.name, f"{part.name.text}: a number becomes an enumeration by an explicit cast only"


@rule("brace-construction")
def braces(source: Source, project: Project) -> Found:
    for body in source.bodies:
        for index, token in enumerate(body):
            before = body[index - 1] if index else token
            made = before.is_name("return") or before.is_punct("(") or source.types.starts_type(before)
            if token.is_punct("{") and made:
                yield token, "braces are initial values of variables only"


def _declared_directly(inside: Tokens, source: Source) -> Found:
    depth = 0
    for index, token in enumerate(inside):
        depth += token.is_punct("{") - token.is_punct("}")
        before = inside[index - 1] if index else token
        starts = before.is_punct(":", ";", "}") and source.types.starts_type(token)
        named = index + 2 < len(inside) and (inside[index + 1].is_name() or inside[index + 1].is_punct("*"))
        if depth == 0 and starts and named:
            yield token, "declarations in a case need braces of their own"


def _constants_of(source: Source) -> frozenset[str]:
    parts: list[Declarator] = [part for local in source.locals for part in local.parts]
    return frozenset(part.name.text for part in parts if part.type.const)


def _is_number(value: Tokens) -> bool:
    first = value[0]
    return first.kind == "number" or (first.is_name() and first.text.endswith(ENUM_SOURCES))
