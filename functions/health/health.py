"""GET /health: whether requests can be served, and whether somebody should look."""

from datetime import datetime, timedelta
from typing import Any

from functions.contract.health import HealthAnswer
from functions.contract.problems import Problem
from functions.gateway.answers import Answer
from functions.gateway.context import Context
from functions.gateway.endpoint import public_endpoint

# Without a partition no signal can be stored: a week is time for a person to notice and make some.
MIN_PARTITIONS_AHEAD = timedelta(days=7)


@public_endpoint
def health(context: Context) -> Answer:
    """A HealthAnswer: status 200 while the ledger answers, 503 while it does not."""
    try:
        state = context.call("health")
    except Problem:  # logged where it arose; here it is the answer
        return Answer(_answer("degraded", reachable=False), 503)
    return Answer(_answer(_status(state), reachable=True, state=state), 200)


def _status(state: dict[str, Any]) -> str:
    until = state["partitions_until"]
    if until is None:
        return "degraded"
    ahead = datetime.fromisoformat(until) - datetime.fromisoformat(state["at"])
    return "ok" if ahead >= MIN_PARTITIONS_AHEAD else "degraded"


def _answer(status: str, *, reachable: bool, state: dict[str, Any] | None = None) -> HealthAnswer:
    told = state or {}
    names = ("migration", "simulated_time", "partitions_until")
    ledger = {"reachable": reachable, **{name: told.get(name) for name in names}}
    return HealthAnswer.model_validate({"status": status, "contract_version": 1, "ledger": ledger})
