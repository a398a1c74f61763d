"""POST /director: decide the pending signals for every account that follows their strategy."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from time import monotonic
from typing import Any
from uuid import UUID

from functions.contract.decision import ProposedDecision
from functions.contract.director import MAX_SIGNALS, DecidedSignal, DirectorAnswer, DirectorRequest
from functions.contract.problems import Problem
from functions.contract.scalars import parse_timestamp
from functions.contract.signal import Signal
from functions.director.context import AccountContext
from functions.director.decide import decide
from functions.gateway.context import Context
from functions.gateway.endpoint import endpoint

logger = logging.getLogger(__name__)


# One call carries so many accounts' numbers, about a megabyte; a signal with more followers takes several.
MAX_ACCOUNTS = 500
# A run ends in time for its answer to be heard; what is left is the next run's.
PATIENCE_SECONDS = 45.0


@endpoint(roles=frozenset({"director"}), request=DirectorRequest)
def director(request: DirectorRequest, context: Context) -> DirectorAnswer:
    """Settle up to `max_signals` pending signals, oldest first; a signal that fails stays pending.

    What was read here may have changed by the time it is recorded: another director, another signal of the
    same run. `decide_signal` checks the limits again under the accounts' locks and may decline what was
    issued, and it answers a signal that is settled already with what was decided first. Each batch of
    accounts is a transaction of its own: a run that is killed has decided what it has decided, and the next
    one goes on behind it.
    """
    until = monotonic() + PATIENCE_SECONDS
    told: dict[UUID, DecidedSignal] = {}
    left, behind, moved = request.max_signals, None, False
    while True:
        pending = context.call(
            "pending_signals", p_max_signals=left, p_max_accounts=MAX_ACCOUNTS, p_after=behind
        )
        at = parse_timestamp(pending["at"])
        decided = [_decided_or_logged(waiting, at, context) for waiting in pending["signals"]]
        known = [signal for signal in decided if signal is not None]
        for signal in known:
            told[signal.signal_id] = _together(told.get(signal.signal_id), signal)
        # What did not move waits for something (an open in flight, say), or failed: it is the next run's, and
        # keeps nobody from what is behind it. What did move may have been waited for: all is looked at again.
        moved = moved or not all(_only_waits(signal) for signal in known)
        left = request.max_signals - sum(signal.status != "pending" for signal in told.values())
        behind = pending["next"]
        if not left or monotonic() >= until or (behind is None and not moved):
            return DirectorAnswer(server_time=at, signals=_most_telling(told.values()))
        moved = moved and behind is not None


def _most_telling(signals: Iterable[DecidedSignal]) -> tuple[DecidedSignal, ...]:
    """As many as the answer carries, and those that only wait last."""
    ordered = sorted(signals, key=_only_waits)
    return tuple(ordered[:MAX_SIGNALS])


def _only_waits(signal: DecidedSignal) -> bool:
    return signal.status == "pending" and not signal.issued + signal.declined


def _together(before: DecidedSignal | None, after: DecidedSignal) -> DecidedSignal:
    """One signal over several batches: where it stands now, and all that was decided.

    An account whose closes take several batches counts with each of them.
    """
    if before is None:
        return after
    counts = {"issued": before.issued + after.issued, "declined": before.declined + after.declined}
    return after.model_copy(update=counts)


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
