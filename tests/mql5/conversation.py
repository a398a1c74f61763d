"""What an officer says to both ledgers, and the documents it says it with."""

from datetime import datetime, timedelta
from typing import Any

from functions.contract.scalars import timestamp_text
from tests.database.story import FIRST_EA
from tests.mql5.twins import Document, Twins
from tests.support import documents
from tests.support.clock import T0


def opening(at: datetime = T0, **changes: Any) -> Document:
    """An opening directive of both ledgers."""
    return {
        "symbol": "EURUSD",
        "action": "open",
        "side": "buy",
        "order_type": "market",
        "volume_lots": "0.10",
        "price": None,
        "stop_loss": "1.095",
        "take_profit": None,
        "max_slippage_points": 20,
        "target_directive_no": None,
        "priority": 5,
        "expires_at": timestamp_text(at + timedelta(minutes=2)),
    } | changes


def closing(target: Document, **changes: Any) -> Document:
    """A close of what this directive has opened."""
    return opening(
        action="close",
        volume_lots=None,
        stop_loss=None,
        target_directive_no=target["directive_no"],
        expires_at=None,
        priority=9,
    ) | dict(changes)


def poll(
    twins: Twins, at: datetime, *, ea: str = FIRST_EA, most: int = 10, unresolved: tuple[str, ...] = ()
) -> Document:
    """Poll both."""
    request = {"instance_id": ea, "max_directives": most, "unresolved": list(unresolved)}
    return twins.send("/poll", request, at=at)


def ack(twins: Twins, at: datetime, *directives: Document, ea: str = FIRST_EA) -> list[Document]:
    """Acknowledge directives to both; answers the results."""
    ids = [directive["directive_id"] for directive in directives]
    answer = twins.send("/ack", {"instance_id": ea, "directive_ids": ids}, at=at)
    results: list[Document] = answer["results"]
    return results


def report(twins: Twins, at: datetime, *events: Document, ea: str = FIRST_EA) -> list[Document]:
    """Report events to both; answers the results."""
    answer = twins.send("/report", {"instance_id": ea, "events": list(events)}, at=at)
    results: list[Document] = answer["results"]
    return results


def sync(twins: Twins, at: datetime, positions: list[Document] | None = None, **account: Any) -> Document:
    """Tell both what the account looks like."""
    request = documents.sync_request(
        FIRST_EA, account=documents.account_state(**account), positions=positions or []
    )
    return twins.send("/sync", request, at=at)


def position(directive: Document, **changes: Any) -> Document:
    """A position as sync lists it, opened by this directive."""
    return {
        "position_id": "7001",
        "directive_no": directive["directive_no"],
        "symbol": "EURUSD",
        "side": "buy",
        "volume_lots": "0.1",
        "open_price": "1.1",
        "stop_loss": None,
        "take_profit": None,
        "profit": "0",
        "swap": "0",
        "opened_at": timestamp_text(T0),
    } | changes


def codes(results: list[Document]) -> list[str | None]:
    """The codes of an acknowledgement."""
    return [result["code"] for result in results]
