"""Puts a program together in the order C++ needs: types, prototypes, globals, bodies, its table."""

from __future__ import annotations

from mql5.simulator.translator.bodies import construction, initialiser
from mql5.simulator.translator.classes import Classes, enum_definition, enum_names
from mql5.simulator.translator.expressions import Expressions
from mql5.simulator.translator.functions import Functions
from mql5.simulator.translator.handlers import program_table
from mql5.simulator.translator.names import Types, cpp_name
from mql5.simulator.translator.syntax import (
    Class,
    Declarator,
    Enum,
    Function,
    Item,
    Template,
    Tokens,
    Variable,
)
from mql5.simulator.translator.tokens import Token


class Emitter:
    """Collects the parts of the C++ file."""

    def __init__(self, items: list[Item], types: Types) -> None:
        self.items = items
        self.expressions = Expressions(types)
        self.functions = Functions(types)
        self.classes = Classes(types, self.functions)
        self.announced: Tokens = []
        self.types: Tokens = []
        self.prototypes: Tokens = []
        self.globals: Tokens = []
        self.bodies: Tokens = []
        self.build: Tokens = []
        self.destroy: list[Tokens] = []
        self.inputs: Tokens = []
        self._declared: set[str] = set()

    def emit(self) -> Tokens:
        """The whole program as tokens; only raw ones matter to the renderer."""
        for item in self.items:
            self._item(item)
        at = Token("raw", "", "program table", 1)
        for later in self.classes.later:
            self.bodies += later
        access = [at.raw("struct program_access { static void construct(); static void destroy(); };")]
        construct = [at.raw("void program_access::construct() {"), *self.build, at.raw("}")]
        destroy = [at.raw("void program_access::destroy() {")]
        for part in reversed(self.destroy):
            destroy += part
        table = program_table(self.items, self.inputs, at)
        head = self.announced + access + self.types + self.prototypes + self.globals
        return [*head, *self.bodies, *construct, *destroy, at.raw("}"), *table]

    def _item(self, item: Item) -> None:
        if isinstance(item, Enum):
            self.types += [*enum_definition(item, self.expressions), *enum_names(item)]
        elif isinstance(item, Class):
            self._class(item)
        elif isinstance(item, Template):
            self._template(item)
        elif isinstance(item, Function):
            self._function(item)
        elif isinstance(item, Variable):
            for part in item.declarators:
                self._variable(item, part)

    def _class(self, item: Class) -> None:
        key = "class" if item.key.text == "interface" else item.key.text
        self.announced.append(item.key.raw(f"{key} {item.name.text};"))
        if item.members is not None:
            self.types += self.classes.emit(item)

    def _template(self, item: Template) -> None:
        if isinstance(item.item, Class):
            self.types += [*item.head, *self.classes.emit(item.item, inline=True)]
        elif isinstance(item.item, Function):
            self.bodies += [*item.head, *self.functions.definition(item.item, inside=True)]

    def _function(self, item: Function) -> None:
        if not item.scope:
            prototype = self.functions.declaration(item)
            key = prototype[0].text.split(" = ", 1)[0] + f"/{len(item.parameters)}"
            if key not in self._declared:
                self._declared.add(key)
                self.prototypes += prototype
        if item.body is not None:
            self.bodies += self.functions.definition(item)

    def _variable(self, item: Variable, part: Declarator) -> None:
        name = cpp_name(part.name.text)
        is_input = bool(item.specifiers & {"input", "sinput"})
        text = self.expressions.declared_type(part, False)
        if "::" in name:
            self._static_member(part, text, name)
            return
        if part.type.const and not part.type.pointer and not is_input:
            head = part.name.raw(f"static {self.expressions.declared_type(part)} {name}")
            self.types += [head, *initialiser(part, self.expressions), item.end]
            return
        const = "const " if is_input else ""
        store = f"static Global<{text}> {name}_store; static {const}{text} &{name} = {name}_store.value();"
        self.globals.append(part.name.raw(store))
        built = construction(part, text, self.expressions)
        self.build += [part.name.raw(f"{name}_store.construct("), *built, item.end.raw(");")]
        self.destroy.append([part.name.raw(f"{name}_store.destroy();")])
        if is_input:
            setter = f"{name}_store.value() = input_value<{text}>(text);"
            entry = f'{{"{name}", [](const string &text) {{ {setter} }}}},'
            self.inputs.append(part.name.raw(entry))

    def _static_member(self, part: Declarator, text: str, name: str) -> None:
        if part.type.const and not part.type.pointer:
            self.globals.append(part.name.raw(f"const {text} {name}"))
            self.globals += [*initialiser(part, self.expressions), part.name.raw(";")]
            return
        self.globals.append(part.name.raw(f"{text} {name};"))
        built = construction(part, text, self.expressions)
        self.build += [part.name.raw(f"rebuild({name}, "), *built, part.name.raw(");")]
