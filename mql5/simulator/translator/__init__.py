"""Turns MQL5 sources into one C++ file that means the same: `translate(path)`."""

from mql5.simulator.translator.errors import TranslationError
from mql5.simulator.translator.program import Translation, translate

__all__ = ["Translation", "TranslationError", "translate"]
