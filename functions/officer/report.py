"""POST /report: an officer tells what happened at the broker."""

from functions.contract.report import ReportRequest
from functions.gateway.answers import Document
from functions.gateway.context import Context
from functions.gateway.endpoint import endpoint


@endpoint(roles=frozenset({"officer"}), request=ReportRequest)
def report(request: ReportRequest, context: Context) -> Document:
    """Whether each event was recorded, known, in conflict or unmatched; a ReportAnswer."""
    return context.call("report_executions", p_request=request.model_dump(mode="json"))
