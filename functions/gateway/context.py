"""What a function is given beside its request: who calls, under which id, at what time, and the ledger."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from functions.contract.problems import Problem
from functions.contract.scalars import timestamp_text
from functions.ledger.caller import Caller
from functions.ledger.client import ledger


@dataclass(frozen=True, slots=True)
class Context:
    """One request's surroundings.

    caller: on whose behalf the ledger is called; its account comes from the API key, never from the body.
    request_id: names this request in the log, the journal and the answer.
    at: the simulated time the caller asked for, in UTC; None means now. Only a ledger that allows simulated
        time accepts it.
    """

    caller: Caller
    request_id: str
    at: datetime | None = None

    def call(self, function: str, **arguments: Any) -> dict[str, Any]:
        """Run `api.<function>` in the ledger as the caller, at the request's time, and return its object.

        Raises Problem, as `Ledger.call` does.
        """
        if self.at is not None:
            arguments["p_at"] = timestamp_text(self.at)
        answer = ledger().call(function, arguments, caller=self.caller, request_id=self.request_id)
        if answer is None:
            raise Problem("internal_error", f"The ledger had no answer to {function}.")
        return answer
