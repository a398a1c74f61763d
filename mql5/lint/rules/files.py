"""What concerns a file as a whole."""

from __future__ import annotations

from mql5.lint.findings import Found, rule
from mql5.lint.source import Project, Source
from mql5.simulator.translator.names import HANDLERS, words
from mql5.simulator.translator.tokens import Token

MAX_LINES = 320  # of code: "about 300" is what a reader can hold in the head
OTHER_HANDLERS = words(
    "OnChartEvent OnBookEvent OnCalculate OnTester OnTesterInit OnTesterDeinit OnTesterPass"
)


@rule("ascii")
def plain_characters(source: Source, project: Project) -> Found:
    """MetaEditor guesses the encoding of a file without a mark; ASCII means the same in all of them."""
    for number, line in enumerate(source.text.split("\n"), 1):
        if not line.isascii():
            yield (
                Token("end", "", str(source.path), number),
                "only ASCII; write \\x and four digits in strings",
            )


@rule("file-length")
def lengths(source: Source, project: Project) -> Found:
    lines = len({token.line for token in source.tokens})
    if lines > MAX_LINES:
        yield source.start, f"{lines} lines of code, at most {MAX_LINES}"


@rule("handler-in-include")
def handlers(source: Source, project: Project) -> Found:
    if source.path.suffix == ".mq5":
        return
    for method in source.methods:
        name = method.function.text
        if method.owner is None and not method.function.scope and name in OTHER_HANDLERS | set(HANDLERS):
            yield method.function.name[0], f"{name}: event handlers stand in the .mq5 only"
