"""The whole way from a `.mq5` to a C++ file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mql5.simulator.translator.emitter import Emitter
from mql5.simulator.translator.names import Types
from mql5.simulator.translator.parser import Parser
from mql5.simulator.translator.preprocessor import Preprocessor
from mql5.simulator.translator.syntax import Tokens

HEAD = """\
#include "mql5.hpp"
#ifndef MQL_PROGRAM
#define MQL_PROGRAM expert
#endif
#define MQL_TEXT_OF(name) #name
#define MQL_NAME_OF(name) MQL_TEXT_OF(name)
#define MQL_PROGRAM_NAME MQL_NAME_OF(MQL_PROGRAM)
namespace mql { namespace MQL_PROGRAM {
using namespace ::mql;
namespace program_scope = ::mql::MQL_PROGRAM;
"""
TAIL = "\n} }\n"
GAP = 3  # lines bridged by empty ones rather than by a #line


@dataclass(frozen=True, slots=True)
class Translation:
    """A program in C++.

    Attributes:
        code: the C++ source; `#line` names the MQL5 files.
        files: every file it came from, the `.mq5` first.
        properties: its `#property` lines.
    """

    code: str
    files: list[Path]
    properties: dict[str, str]


def translate(
    path: Path, include_paths: Sequence[Path] = (), defines: dict[str, str] | None = None
) -> Translation:
    """Translates a program.

    Args:
        path: the `.mq5` file.
        include_paths: where `#include <...>` looks.
        defines: macros defined before the first line.
    Raises:
        TranslationError: what MQL5 or this translator does not take, with file and line.
    """
    read = Preprocessor(include_paths, defines).read(path)
    types = Types(read.tokens)
    items = Parser(read.tokens, types).items()
    code = HEAD + render(Emitter(items, types).emit()) + TAIL
    return Translation(code, read.files, read.properties)


def render(tokens: Tokens) -> str:
    """Tokens as text, with `#line` wherever the place in the source jumps."""
    out: list[str] = []
    file, line = "", 0
    for token in tokens:
        if token.file == file and 0 <= token.line - line <= GAP:
            out.append("\n" * (token.line - line) or " ")
        else:
            out.append(f'\n#line {token.line} "{token.file}"\n')
        file, line = token.file, token.line
        out.append(token.text)
    return "".join(out)
