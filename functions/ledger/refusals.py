"""What the ledger's refusals and failures mean to a caller: every error becomes one problem."""

import logging
import re
from typing import TYPE_CHECKING

from functions.contract.problems import Problem, catalogue

if TYPE_CHECKING:  # importing postgrest costs what supabase does; the client pays for it once
    from postgrest.exceptions import APIError

logger = logging.getLogger(__name__)

# The database, the pool or the way to it is not there; the same call may succeed in a moment.
# PGRST000-003: PostgREST has no database. 08, 53, 57: connection, resources, shut-down or time-out.
# 25P03-4: our own time-outs. 40, 55P03: another transaction was in the way. 429, 502-504, 52x: a proxy.
_UNAVAILABLE = re.compile(r"PGRST00[0-3]|08\w{3}|53\w{3}|57\w{3}|25P0[34]|40\w{3}|55P03|429|50[234]|52\d")


def problem_from_api_error(error: "APIError", function: str) -> Problem:
    """The problem behind an error answer of PostgREST to a call of `api.<function>`.

    A refusal raised in SQL keeps its code, detail and hint. Anything else was not meant for callers:
    it is logged here and answered without a word of its text.
    """
    refusal = error.message or ""
    if entry := catalogue().get(refusal):
        return Problem(refusal, _text(error.details) or entry.meaning, hint=_text(error.hint))
    code = error.code or ""
    _log(error, function)
    if code == "42501":
        return Problem("permission_denied", "The role of this API key may not do that.")
    # Without a code or a word: so PostgREST answers when a session dies under its statement.
    if _UNAVAILABLE.fullmatch(code) or not (code or error.message):
        return unavailable()
    return Problem("internal_error", "The ledger failed in an unexpected way.")


def problem_from_transport_error(error: Exception, function: str) -> Problem:
    """The problem behind a call that got no answer. It may have been carried out all the same."""
    logger.error("api.%s got no answer: %s: %s", function, type(error).__name__, error)
    return unavailable()


def unavailable() -> Problem:
    """Said whenever the outcome is unknown or nothing happened: repeating the call is safe in both cases."""
    return Problem(
        "ledger_unavailable",
        "The ledger cannot be reached at the moment.",
        hint="Send the same request again after the number of seconds in Retry-After.",
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _log(error: "APIError", function: str) -> None:
    logger.error(
        "api.%s failed: code %s, message %s, details %s, hint %s",
        function,
        error.code,
        error.message,
        error.details,
        error.hint,
    )
