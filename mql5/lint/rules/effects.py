"""Several side effects in one call: MQL5 evaluates arguments from right to left, C++ in any order."""

from __future__ import annotations

from mql5.lint.findings import Found, rule
from mql5.lint.source import Call, Method, Project, Source, calls_in
from mql5.simulator.translator.names import words
from mql5.simulator.translator.syntax import Tokens
from mql5.simulator.translator.tokens import Token

ASSIGNMENTS = ("++", "--", "=", "+=", "-=", "*=", "/=", "%=", "|=", "&=", "^=", "<<=", ">>=")
# Built-ins that change something besides their result; the others only read.
EFFECTFUL_PREFIXES = (
    "File",
    "Folder",
    "Order",
    "GlobalVariable",
    "Event",
    "ArrayResize",
    "ArrayCopy",
    "ArrayFree",
)
EFFECTFUL = words(
    "MathRand MathSrand Print PrintFormat Alert Comment Sleep WebRequest ExpertRemove"
    " SendNotification PlaySound"
    " StringReplace StringTrimLeft StringTrimRight StringToUpper StringToLower StringSetCharacter StringAdd"
    " StringFill StringInit StringSetLength StringSplit StringToCharArray StringToShortArray"
    " ArrayInitialize ArrayFill ArraySort ArrayReverse ArrayRemove ArrayInsert ArraySwap ZeroMemory"
    " CryptEncode CryptDecode ResetLastError TimeToStruct SymbolSelect HistorySelect HistorySelectByPosition"
    " HistoryOrderSelect HistoryDealSelect PositionSelect PositionSelectByTicket PositionGetTicket"
    " PositionGetSymbol"
)
READERS = frozenset(
    {"FileSize", "FileTell", "FileIsExist", "FileIsEnding", "OrdersTotal", "OrderGetString"}
) | {f"{kind}Get{what}" for kind in ("Order", "Position") for what in ("Integer", "Double", "String")}


@rule("side-effects")
def side_effects(source: Source, project: Project) -> Found:
    effectful = _effectful_functions(project)
    for call in source.calls:
        changing = [part for part in call.arguments if _has_effect(part, effectful)]
        if len(changing) > 1:
            yield (
                call.name,
                f"{call.name.text}: several arguments with side effects; MQL5 runs the last one first",
            )
        elif changing and _changed_and_read(changing[0], call):
            yield call.name, f"{call.name.text}: an argument changes what another one reads"


def _has_effect(tokens: Tokens, effectful: frozenset[str]) -> bool:
    if any(token.is_punct(*ASSIGNMENTS) or token.is_name("new") for token in tokens):
        return True
    return any(call.name.text in effectful for call in calls_in(tokens))


def _changed_and_read(changing: Tokens, call: Call) -> bool:
    changed = {token.text for token in _operands(changing)}
    others = [part for part in call.arguments if part is not changing]
    return any(token.is_name() and token.text in changed for part in others for token in part)


def _operands(tokens: Tokens) -> list[Token]:
    """Names next to `++` and `--`, and in front of assignments."""
    found: list[Token] = []
    for index, token in enumerate(tokens):
        if token.is_punct(*ASSIGNMENTS):
            found += [part for part in tokens[max(0, index - 1) : index + 2] if part.is_name()]
    return found


def _effectful_functions(project: Project) -> frozenset[str]:
    """Built-ins and functions of the program that change something; methods count unless they are const."""
    found = {
        name for name in project.builtins if name in EFFECTFUL or name.startswith(EFFECTFUL_PREFIXES)
    } - READERS
    growing = True
    while growing:
        more = {
            name for name, methods in project.functions.items() if any(_changes(m, found) for m in methods)
        }
        growing = not more <= found
        found |= more
    return frozenset(found)


def _changes(method: Method, effectful: set[str]) -> bool:
    function = method.function
    if any(part.reference and not part.type.const for part in function.parameters):
        return True
    if method.owner is not None and not ({"const"} & function.suffix or {"static"} & function.specifiers):
        return function.returns is not None
    body = function.body or []
    return any(call.name.text in effectful for call in calls_in(body))
