"""POST /director: decide the pending signals for every account that follows their strategy."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from functions.contract.decision import ProposedDecision
from functions.contract.director import DecidedSignal, DirectorAnswer, DirectorRequest
from functions.contract.problems import Problem
from functions.contract.scalars import parse_timestamp
from functions.contract.signal import Signal
from functions.director.context import AccountContext
from functions.director.decide import decide
from functions.gateway.context import Context
from functions.gateway.endpoint import endpoint

logger = logging.getLogger(__name__)


@endpoint(roles=frozenset({"director"}), request=DirectorRequest)
def director(request: DirectorRequest, context: Context) -> DirectorAnswer:
    """Settle up to `max_signals` pending signals, oldest first; a signal that fails stays pending.

    What was read here may have changed by the time it is recorded: another director, another signal of the
    same run. `decide_signal` checks the limits again under the accounts' locks and may decline what was
    issued, and it answers a signal that is settled already with what was decided first.
    """
    pending = context.call("pending_signals", p_max_signals=request.max_signals)
    at = parse_timestamp(pending["at"])
    decided = (_decided_or_logged(waiting, at, context) for waiting in pending["signals"])
    return DirectorAnswer(server_time=at, signals=tuple(signal for signal in decided if signal is not None))


def _decided_or_logged(waiting: Mapping[str, Any], at: datetime, context: Context) -> DecidedSignal | None:
    try:
        return _decided(waiting, at, context)
    except Problem as problem:
        if problem.code == "ledger_unavailable":
            raise  # the others would only wait for it in vain, one time-out after another
        logger.error("the decisions on signal %s were refused: %s", _name(waiting), problem)
    except Exception:
        # One signal's fault must not keep the others waiting; the next run meets it again.
        logger.exception("signal %s could not be decided", _name(waiting))
    return None


def _decided(waiting: Mapping[str, Any], at: datetime, context: Context) -> DecidedSignal:
    """Decide for every account and record it all at once; a signal nobody follows is settled all the same."""
    signal = Signal.model_validate(waiting["signal"])
    decisions = list(_decisions(signal, waiting["accounts"], at))
    answer = context.call(
        "decide_signal",
        p_signal_id=str(signal.signal_id),
        p_decisions=[decision.model_dump(mode="json") for decision in decisions],
    )
    return DecidedSignal(
        signal_id=signal.signal_id,
        symbol=signal.symbol,
        created_at=signal.created_at,
        status=answer["status"],
        issued=answer["issued"],
        declined=answer["declined"],
    )


def _decisions(
    signal: Signal, accounts: Iterable[Mapping[str, Any]], at: datetime
) -> Iterator[ProposedDecision]:
    for account in accounts:
        try:
            yield decide(signal, AccountContext.model_validate(account), at)
        except Exception:
            # One account's fault must not cost the others their trade; for this one the signal stays pending.
            logger.exception(
                "signal %s could not be decided for %s", signal.signal_id, account.get("account_id")
            )


def _name(waiting: Mapping[str, Any]) -> object:
    return waiting["signal"].get("signal_id")
