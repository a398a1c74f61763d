"""The rules, by subject; importing this package registers all of them."""

from mql5.lint.rules import calls, classes, declarations, effects, files, words

__all__ = ["calls", "classes", "declarations", "effects", "files", "words"]
