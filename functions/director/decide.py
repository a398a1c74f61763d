"""The decision: what one account does about one signal. A pure function of what is known at that moment."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from functions.contract.decision import Number, ProposedDecision
from functions.contract.directive import ProposedDirective
from functions.contract.signal import Signal
from functions.director import commands, rules
from functions.director.context import AccountContext, Exposure
from functions.director.numbers import numbers_of, open_numbers
from functions.director.rules import Case

# What the contract lets one decision carry. Of more positions than that the oldest are closed first; the
# ledger goes on with the rest.
MAX_DIRECTIVES = 100

Numbers = Mapping[str, Number]


def decide(signal: Signal, context: AccountContext, at: datetime) -> ProposedDecision:
    """Issue the directives the signal asks of this account, or decline with the first reason not to.

    at: the moment of the decision, UTC; no clock is read. Every number the decision rests on is in `numbers`.
    An open becomes one sized directive if every rule lets it pass, after a close of each position that it
    reverses where the account wants that. A close or a modify becomes one directive per open position of the
    signal's strategy and symbol (and side, and age, if it names them), halt or no halt; a modify passes over
    positions whose stop it would loosen.
    """
    case = Case(signal, context, at)
    match signal.action:
        case "open":
            return _decide_open(case)
        case "close":
            return _decide_on_positions(case, rules.CLOSE_RULES)
        case "modify":
            return _decide_on_positions(case, rules.MODIFY_RULES)


def _decide_open(case: Case) -> ProposedDecision:
    side, sizing, numbers = case.signal.side, case.sizing, numbers_of(case) | open_numbers(case)
    broken = rules.first_broken(rules.OPEN_RULES, case)
    if broken is not None:
        return _declined(case, broken, numbers)
    if sizing is None or side is None:
        raise ValueError("an open that passes the rules has a side and a size")
    # The closes first: of what an officer finds waiting, they are also what it does first.
    closes = [commands.closing(case, exposure) for exposure in case.reversed]
    return _issued(case, [*closes, commands.opening(case, side, sizing.volume_lots)], numbers)


def _decide_on_positions(case: Case, applicable: Sequence[rules.Rule]) -> ProposedDecision:
    meant = [exposure for exposure in case.context.exposures if _is_meant(exposure, case.signal)]
    # What is only reserved is not a position yet: there is nothing an officer could close. (The ledger leaves
    # a close pending while an officer is opening what it means.)
    opened = sorted((e for e in meant if e.state == "open"), key=lambda exposure: exposure.directive_no)
    staying = [exposure for exposure in opened if not exposure.closing]
    targets = [exposure for exposure in staying if tightens(case.signal, exposure)]
    counts = {
        "positions_matched": len(targets),
        "positions_closing": len(opened) - len(staying),
        "positions_reserved": len(meant) - len(opened),
        "positions_not_tightened": len(staying) - len(targets),
    }
    numbers = numbers_of(case) | counts
    broken = rules.first_broken(applicable, case)
    if broken is not None:
        return _declined(case, broken, numbers)
    if not targets:
        reason = "stop_not_tighter" if staying else "already_closing" if opened else "no_position"
        return _declined(case, reason, numbers)
    act = commands.closing if case.signal.action == "close" else commands.modifying
    return _issued(case, [act(case, exposure) for exposure in targets[:MAX_DIRECTIVES]], numbers)


def _is_meant(exposure: Exposure, signal: Signal) -> bool:
    """Whether a close or modify is about this exposure."""
    return (
        exposure.strategy_id == signal.strategy_id
        and exposure.symbol == signal.symbol
        and signal.side in (None, exposure.side)
        and is_old_enough(exposure.created_at, signal)
    )


def is_old_enough(created_at: datetime, signal: Signal) -> bool:
    """Whether a close or modify is about positions whose signal is of this time; as ledger.newest_meant.

    A close that names no time means what is older than itself, however late it is decided.
    """
    if signal.opened_before is not None:
        return created_at <= signal.opened_before
    return signal.action != "close" or created_at < signal.created_at


def tightens(signal: Signal, exposure: Exposure) -> bool:
    """Whether the signal gives the position no looser a stop: true of all that set no new stop loss.

    A trailing stop follows the price and never gives way; a signal computed from bars cannot know which stop
    each account's position has by now.
    """
    if signal.action != "modify" or signal.stop_loss is None or exposure.stop_loss is None:
        return True
    closer = signal.stop_loss - exposure.stop_loss
    return closer > 0 if exposure.side == "buy" else closer < 0


def _issued(case: Case, directives: Sequence[ProposedDirective], numbers: Numbers) -> ProposedDecision:
    return _decision(case, "issued", "issued", numbers, directives)


def _declined(case: Case, reason: str, numbers: Numbers) -> ProposedDecision:
    return _decision(case, "declined", reason, numbers, ())


def _decision(
    case: Case,
    outcome: Literal["issued", "declined"],
    reason: str,
    numbers: Numbers,
    directives: Sequence[ProposedDirective],
) -> ProposedDecision:
    return ProposedDecision(
        signal_id=case.signal.signal_id,
        symbol=case.signal.symbol,
        created_at=case.signal.created_at,
        account_id=case.context.account_id,
        outcome=outcome,
        reason=reason,
        numbers=dict(numbers),
        directives=tuple(directives),
    )
