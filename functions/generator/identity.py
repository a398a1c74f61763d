"""The identity of a signal: found again for the same bar of the same strategy, it is the same signal."""

from datetime import datetime
from uuid import UUID, uuid5

from functions.contract.scalars import Side, timestamp_text
from functions.generator.strategies.base import Purpose

# Part of the contract with every ledger ever written: changing it would publish old signals anew.
NAMESPACE = UUID("1f23b751-ce57-43d8-834b-4de5e93821b2")


def signal_id(
    strategy_id: str,
    symbol: str,
    timeframe: str,
    created_at: datetime,
    *,
    purpose: Purpose = "entry",
    side: Side | None = None,
) -> UUID:
    """UUIDv5 of strategy, symbol, timeframe and the close of the bar the signal is about.

    A bar has one entry, whatever its side: found again with other parameters, it must not trade both ways. Of
    exits it may have one for each purpose and side, so both are part of their name.
    """
    name = f"{strategy_id}/{symbol}/{timeframe}/{timestamp_text(created_at)}"
    return uuid5(NAMESPACE, name if purpose == "entry" else f"{name}/{purpose}/{side or 'both'}")
