"""Classes and structures."""

from __future__ import annotations

from mql5.lint.findings import Found, rule
from mql5.lint.source import Project, Source
from mql5.simulator.translator.syntax import Class, Function, Variable


@rule("in-class-initialiser")
def initial_values(source: Source, project: Project) -> Found:
    for item in source.classes:
        for member in item.members or []:
            if isinstance(member, Variable):
                for part in member.declarators:
                    if part.initial is not None:
                        yield part.name, f"{part.name.text}: fields get their values in a constructor"


@rule("virtual-in-struct")
def virtual_in_structures(source: Source, project: Project) -> Found:
    for item in source.classes:
        if item.key.text in ("struct", "union"):
            for member in _methods(item):
                if "virtual" in member.specifiers or "override" in member.suffix:
                    yield member.name[0], f"{member.text}: structures have no virtual methods"


@rule("multiple-inheritance")
def several_bases(source: Source, project: Project) -> Found:
    for item in source.classes:
        if any(token.is_punct(",") for token in item.base):
            yield item.name, f"{item.name.text}: a class has one base"


@rule("hidden-method")
def hidden_methods(source: Source, project: Project) -> Found:
    """Since build 5260 a method hides all methods of its name in the bases, whatever their parameters."""
    for item in source.classes:
        inherited = _inherited(item, project)
        for member in _methods(item):
            hidden = [base for base in inherited if base.text == member.text]
            if any(_signature(base) != _signature(member) for base in hidden):
                yield member.name[0], f"{member.text} hides a method of its base with other parameters"


def _methods(item: Class) -> list[Function]:
    return [member for member in item.members or [] if isinstance(member, Function) and member.returns]


def _inherited(item: Class, project: Project) -> list[Function]:
    found: list[Function] = []
    seen = {item.name.text}
    while item.base:
        base = project.classes.get(item.base[-1].text)
        if base is None or base.name.text in seen:
            break
        seen.add(base.name.text)
        found += _methods(base)
        item = base
    return found


def _signature(function: Function) -> list[str]:
    return [
        " ".join(token.text for token in part.type.name)
        + "*" * part.type.pointer
        + "[]" * len(part.dimensions)
        for part in function.parameters
    ]
