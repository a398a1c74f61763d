"""Files, macros and conditions: turns a `.mq5` into one list of tokens without directives."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mql5.simulator.translator.errors import TranslationError
from mql5.simulator.translator.lexer import lex
from mql5.simulator.translator.macros import Macro, expand, parse_macro
from mql5.simulator.translator.tokens import Token

DIRECTIVE = re.compile(r"#\s*(\w+)\s*(.*)", re.DOTALL)
INCLUDE = re.compile(r'<([^>]+)>|"([^"]+)"')


@dataclass(slots=True)
class Preprocessed:
    """What is left of a program once its directives were obeyed."""

    tokens: list[Token] = field(default_factory=list)
    properties: dict[str, str] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)


class Preprocessor:
    """One pass over a program; macros and seen files live as long as it does."""

    def __init__(self, include_paths: Sequence[Path], defines: dict[str, str] | None = None) -> None:
        self.include_paths = include_paths
        self.result = Preprocessed()
        self.macros: dict[str, Macro] = {"__MQL5__": Macro([], None)}
        for name, value in (defines or {}).items():
            self.macros[name] = Macro(lex(value, "<command line>"), None)
        self._conditions: list[bool] = []

    def read(self, path: Path) -> Preprocessed:
        """Adds a file; a file already read adds nothing, as MetaEditor includes each file once."""
        path = path.resolve()
        if path in self.result.files:
            return self.result
        self.result.files.append(path)
        depth = len(self._conditions)
        pending: list[Token] = []
        for token in lex(path.read_text(encoding="utf-8-sig"), str(path), directives=True):
            if token.kind != "directive":
                if all(self._conditions):
                    pending.append(token)
                continue
            self._flush(pending)
            self._obey(token, path)
        self._flush(pending)
        if len(self._conditions) != depth:
            raise TranslationError(f"{path}: an #ifdef is never closed")
        return self.result

    def _flush(self, pending: list[Token]) -> None:
        self.result.tokens.extend(expand(pending, self.macros))
        pending.clear()

    def _obey(self, token: Token, path: Path) -> None:
        match = DIRECTIVE.match(token.text)
        if match is None:
            raise TranslationError("a directive without a name", token)
        name, rest = match[1], match[2].strip()
        if name in ("ifdef", "ifndef", "else", "endif"):
            self._condition(name, rest, token)
        elif all(self._conditions):
            self._act(name, rest, token, path)

    def _condition(self, name: str, rest: str, token: Token) -> None:
        if name in ("ifdef", "ifndef"):
            self._conditions.append((rest.split()[0] in self.macros) == (name == "ifdef"))
            return
        if not self._conditions:
            raise TranslationError(f"#{name} without #ifdef", token)
        last = self._conditions.pop()
        if name == "else":
            self._conditions.append(not last)

    def _act(self, name: str, rest: str, token: Token, path: Path) -> None:
        if name == "include":
            self.read(self._find(rest, token, path))
        elif name == "define":
            macro_name, macro = parse_macro(rest, token)
            self.macros[macro_name] = macro
        elif name == "undef":
            self.macros.pop(rest.split()[0], None)
        elif name == "property":
            key, _, value = rest.partition(" ")
            self.result.properties[key] = value.strip().strip('"')
        else:
            raise TranslationError(f"#{name} is not taken", token)

    def _find(self, rest: str, token: Token, path: Path) -> Path:
        match = INCLUDE.match(rest)
        if match is None:
            raise TranslationError("#include needs <file> or a quoted file", token)
        wanted = (match[1] or match[2]).replace("\\", "/")
        folders = self.include_paths if match[1] else [path.parent]
        for folder in folders:
            if (folder / wanted).is_file():
                return folder / wanted
        raise TranslationError(f"cannot find {wanted}", token)
