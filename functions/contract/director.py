"""The director's request and answer: decide the pending signals for every subscribed account."""

from typing import Annotated

from pydantic import Field

from functions.contract.base import Message
from functions.contract.scalars import Count, Integer, SignalStatus, Symbol, Timestamp, Uuid

# What one run may be asked to settle, and what its answer tells of.
MAX_SIGNALS = 100


class DirectorRequest(Message):
    """How many pending signals to decide at most."""

    max_signals: Annotated[Integer, Field(ge=1, le=MAX_SIGNALS)]


class DecidedSignal(Message):
    """One signal after the director saw it, and for how many accounts it was issued and declined."""

    signal_id: Uuid
    symbol: Symbol
    created_at: Timestamp
    status: SignalStatus
    issued: Count
    declined: Count


class DirectorAnswer(Message):
    """What one run of the director did; of more signals than fit, those that only wait are left out."""

    server_time: Timestamp
    signals: Annotated[tuple[DecidedSignal, ...], Field(max_length=MAX_SIGNALS)]
