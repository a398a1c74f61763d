"""The one way translation fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mql5.simulator.translator.tokens import Token


class TranslationError(Exception):
    """A construct that is not MQL5, or not in the subset the translator takes.

    Args:
        message: what is wrong, as a sentence without a full stop.
        at: the token where it was noticed; its file and line open the message.
    """

    def __init__(self, message: str, at: Token | None = None) -> None:
        self.at = at
        super().__init__(f"{at.file}:{at.line}: {message}" if at else message)
