"""Classes in C++: the definition without bodies, and the bodies for later."""

from __future__ import annotations

from mql5.simulator.translator.expressions import Expressions
from mql5.simulator.translator.functions import Functions
from mql5.simulator.translator.names import Types, cpp_name
from mql5.simulator.translator.syntax import Class, Enum, Function, Item, Label, Template, Tokens, Variable
from mql5.simulator.translator.tokens import split

# What every class is given: `.` became `->`, so objects answer to it; the program may build its statics
# and the runtime its objects, whatever the access labels say.
INJECTED = (
    "public: {name} *operator->() {{ return this; }} const {name} *operator->() const {{ return this; }}"
    " friend struct program_access; friend struct ::mql::Access; {access}:"
)


class Classes:
    """Emits classes; definitions of their methods gather in `later`."""

    def __init__(self, types: Types, functions: Functions) -> None:
        self.types = types
        self.functions = functions
        self.expressions = Expressions(types)
        self.later: list[Tokens] = []

    def emit(self, item: Class, scope: str = "", inline: bool = False) -> Tokens:
        """The definition of a class (or its announcement).

        Args:
            item: the class.
            scope: `Outer::` for a nested class.
            inline: keep bodies inside, as a template needs.
        """
        key = "class" if item.key.text == "interface" else item.key.text
        head = item.key.raw(f"{key} {item.name.text}")
        if item.members is None:
            return [head, item.end]
        is_open = item.key.text in ("struct", "union", "interface")
        injected = INJECTED.format(name=item.name.text, access="public" if is_open else "private")
        out = [head, item.name.raw(self._heritage(item) + " {"), item.name.raw(injected)]
        for member in item.members:
            out += self._member(member, item, scope + item.name.text + "::", inline)
        return [*out, item.end.raw("};")]

    def _heritage(self, item: Class) -> str:
        suffix = f" {item.suffix}" if item.suffix else ""
        if item.base:
            return f"{suffix} : {self.expressions.text(item.base)}"
        return f"{suffix} : public ::mql::Object" if item.key.text in ("class", "interface") else suffix

    def _member(self, member: Item, owner: Class, scope: str, inline: bool) -> Tokens:
        if isinstance(member, Label):
            return [member.token, member.token.raw(":")]
        if isinstance(member, Enum):
            return enum_definition(member, self.expressions)
        if isinstance(member, Class):
            return self.emit(member, scope, inline)
        if isinstance(member, Variable):
            return self._fields(member)
        if isinstance(member, Template):
            inner = self._member(member.item, owner, scope, True)
            return [*member.head, *inner]
        return self._method(member, owner, scope, inline)

    def _fields(self, member: Variable) -> Tokens:
        out: Tokens = []
        for part in member.declarators:
            static = "static " if "static" in member.specifiers else ""
            text = f"{static}{self.expressions.declared_type(part)} {cpp_name(part.name.text)}"
            if part.initial is not None:
                text += f" = {self.expressions.text(part.initial)}"
            out.append(part.name.raw(text + ";"))
        return out

    def _method(self, member: Function, owner: Class, scope: str, inline: bool) -> Tokens:
        if owner.key.text == "interface":
            member.specifiers.add("virtual")
            member.pure = member.body is None
        if inline:
            return self.functions.definition(member, scope, inside=True)
        if member.body is not None:
            self.later.append(self.functions.definition(member, scope))
        return self.functions.declaration(member)


def enum_definition(item: Enum, expressions: Expressions) -> Tokens:
    """An enumeration as C++; its values count as int."""
    name = item.name.text if item.name else ""
    head = item.at.raw(f"enum {name} : int {{")
    return [head, *expressions.rewrite(item.body), item.at.raw("};")]


def enum_names(item: Enum) -> Tokens:
    """`EnumToString` for one enumeration."""
    if item.name is None:
        return []
    names = [part[0].text for part in split(item.body) if part]
    cases = " ".join(f'if (value == {name}) return u"{name}"_s;' for name in names)
    kind = item.name.text
    body = f'{cases} return string(u"{kind}::") + string(static_cast<int>(value)); }}'
    return [item.at.raw(f"inline string EnumToString({kind} value) {{ {body}")]
