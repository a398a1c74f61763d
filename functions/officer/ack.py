"""POST /ack: an officer commits itself to directives."""

from functions.contract.ack import AckRequest
from functions.gateway.answers import Document
from functions.gateway.context import Context
from functions.gateway.endpoint import endpoint


@endpoint(roles=frozenset({"officer"}), request=AckRequest)
def ack(request: AckRequest, context: Context) -> Document:
    """Each directive granted, with all that is needed to trade, or refused with a code; an AckAnswer."""
    return context.call("acknowledge_directives", p_request=request.model_dump(mode="json"))
