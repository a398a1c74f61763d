"""Fetching: the request of one run over what the generator needs from the provider, and its answer."""

from typing import Annotated, Literal

from pydantic import Field

from functions.contract.base import Message
from functions.contract.scalars import Boolean, Code, Count, Integer, Symbol, Text, Timeframe, Timestamp

FetchOutcome = Literal["fetched", "partly", "current", "failed", "not_reached"]


class FetchRequest(Message):
    """Ask the provider for closed bars: what is new, or the whole of what strategies warm up on."""

    whole_window: Boolean


class FetchedBars(Message):
    """What became of one symbol and timeframe; `code` and `detail` say why it failed."""

    symbol: Symbol
    timeframe: Timeframe
    outcome: FetchOutcome
    recorded: Count
    duplicates: Count
    restated: Count
    rejected: Count
    newest_opened_at: Timestamp | None
    code: Code | None
    detail: Text | None
    retry_after_seconds: Annotated[Integer, Field(ge=0, le=604_800)] | None


class FetchAnswer(Message):
    """What one run fetched, and what it did not."""

    server_time: Timestamp
    provider: Code
    fetched: Annotated[tuple[FetchedBars, ...], Field(max_length=10_000)]
