"""POST /bars: closed bars are stored."""

from functions.contract.bar import BarsRequest
from functions.gateway.answers import Document
from functions.gateway.context import Context
from functions.gateway.endpoint import endpoint


@endpoint(roles=frozenset({"feed", "officer"}), request=BarsRequest)
def bars(request: BarsRequest, context: Context) -> Document:
    """How many bars were new or known, and which restate what was stored; a BarsAnswer.

    An officer's bars are those of its own account; a feed's are everybody's.
    """
    return context.call("store_bars", p_bars=request.model_dump(mode="json")["bars"])
