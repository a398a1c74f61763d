"""The table through which the simulator runs a program: its event handlers and inputs."""

from __future__ import annotations

from mql5.simulator.translator.errors import TranslationError
from mql5.simulator.translator.names import HANDLERS
from mql5.simulator.translator.syntax import Function, Item, Tokens
from mql5.simulator.translator.tokens import Token


def program_table(items: list[Item], inputs: Tokens, at: Token) -> Tokens:
    """Definitions of the program's table and of its registration under the name MQL_PROGRAM."""
    functions = [item for item in items if isinstance(item, Function) and not item.scope]
    found = {item.text: item for item in functions if item.body is not None}
    entries = [_entry(name, found.get(name), at) for name in HANDLERS]
    return [
        at.raw("static const InputEntry program_inputs[] = {"),
        *inputs,
        at.raw("{nullptr, nullptr}};"),
        at.raw("static const Program program = {MQL_PROGRAM_NAME,"),
        at.raw("&program_access::construct, &program_access::destroy, program_inputs,"),
        *entries,
        at.raw("}; static const ProgramRegistration program_registration(program);"),
    ]


def _entry(name: str, item: Function | None, at: Token) -> Token:
    if item is None:
        return at.raw("nullptr,")
    returns, parameters = HANDLERS[name]
    count = len([part for part in parameters.split(",") if part])
    if len(item.parameters) != count:
        raise TranslationError(f"{name} takes {count} parameters", item.name[0])
    if name == "OnInit" and item.returns and item.returns.name[0].text == "void":
        return at.raw("[]() -> int { OnInit(); return 0; },")
    if item.returns is None or item.returns.name[0].text != returns:
        raise TranslationError(f"{name} returns {returns}", item.name[0])
    return at.raw(f"&{name},")
