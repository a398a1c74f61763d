"""POST /sync: an officer tells the state of its account."""

from functions.contract.sync import SyncRequest
from functions.gateway.answers import Document
from functions.gateway.context import Context
from functions.gateway.endpoint import endpoint


@endpoint(roles=frozenset({"officer"}), request=SyncRequest)
def sync(request: SyncRequest, context: Context) -> Document:
    """Where ledger and broker disagree about open positions, and which bars are wanted; a SyncAnswer."""
    return context.call("sync_account", p_request=request.model_dump(mode="json"))
