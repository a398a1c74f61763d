"""Which words are types, which are C++ keywords, and which functions the terminal calls."""

from itertools import pairwise

from mql5.simulator.translator.tokens import Token


def words(*texts: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(word for text in texts for word in text.split())


SCALARS = words("void bool char uchar short ushort int uint long ulong float double string datetime color")
BUILT_IN_STRUCTS = words(
    "MqlDateTime MqlTick MqlRates MqlBookInfo MqlParam"
    " MqlTradeRequest MqlTradeResult MqlTradeCheckResult MqlTradeTransaction"
)
SPECIFIERS = words("static virtual const input sinput extern")
CLASS_KEYS = words("class struct interface union")

# Words that are plain identifiers in MQL5 and keywords in C++: used as names they get a suffix, and a
# program that means the C++ construct (`auto`, `try`, ...) fails to compile, as it does in MetaEditor.
CPP_ONLY = words(
    "alignas alignof and and_eq asm auto bitand bitor catch char16_t char32_t char8_t co_await co_return"
    " co_yield compl concept const_cast consteval constexpr constinit decltype explicit export friend goto"
    " inline mutable namespace noexcept not not_eq nullptr or or_eq register reinterpret_cast requires"
    " signed static_assert static_cast thread_local throw try typeid unsigned using volatile wchar_t xor"
    " xor_eq"
)

# Event handlers: return type and parameters the terminal calls them with.
HANDLERS: dict[str, tuple[str, str]] = {
    "OnInit": ("int", ""),
    "OnDeinit": ("void", "const int reason"),
    "OnStart": ("void", ""),
    "OnTick": ("void", ""),
    "OnTimer": ("void", ""),
    "OnTrade": ("void", ""),
    "OnTradeTransaction": (
        "void",
        "const MqlTradeTransaction &transaction, const MqlTradeRequest &request,"
        " const MqlTradeResult &result",
    ),
}


def cpp_name(name: str) -> str:
    """An MQL5 identifier as a C++ one."""
    return name + "_" if name in CPP_ONLY else name


class Types:
    """Every type name of the program being translated."""

    def __init__(self, tokens: list[Token]) -> None:
        """Collects what `tokens` declare; a name counts as a type in the whole program."""
        self.classes: set[str] = set()
        self.others: set[str] = set()
        self.parameters: set[str] = set()  # of templates
        for word, name in pairwise(tokens):
            if not (word.kind == "name" and name.kind == "name"):
                continue
            if word.text in ("class", "interface"):
                self.classes.add(name.text)
            elif word.text in ("struct", "union", "enum"):
                self.others.add(name.text)
            elif word.text == "typename":
                self.parameters.add(name.text)

    def __contains__(self, name: str) -> bool:
        return (
            name in SCALARS
            or name in self.classes
            or name in self.others
            or name in self.parameters
            or name in BUILT_IN_STRUCTS
            or name.startswith("ENUM_")
        )

    def starts_type(self, token: Token) -> bool:
        """Whether a declaration can begin with this word."""
        return token.kind == "name" and token.text in self
