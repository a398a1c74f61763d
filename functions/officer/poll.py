"""POST /poll: an officer asks what there is to do."""

from functions.contract.poll import PollRequest
from functions.gateway.answers import Document
from functions.gateway.context import Context
from functions.gateway.endpoint import endpoint


@endpoint(roles=frozenset({"officer"}), request=PollRequest)
def poll(request: PollRequest, context: Context) -> Document:
    """This account's pending directives, and its own that have no result yet; a PollAnswer."""
    return context.call("poll_directives", p_request=request.model_dump(mode="json"))
