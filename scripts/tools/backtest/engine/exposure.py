"""What an account is exposed to: open positions and opens on their way, as ledger.exposures has them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from functions.contract.account import Instrument
from functions.contract.decision import ProposedDecision
from functions.contract.scalars import Side
from functions.contract.signal import Signal
from functions.director.context import AccountContext, Exposure, Holding, Limits
from functions.director.decide import is_old_enough
from scripts.tools.backtest.engine.directives import Issued
from scripts.tools.backtest.engine.positions import Position


def exposures(positions: Mapping[int, Position], directives: Sequence[Issued]) -> tuple[Exposure, ...]:
    """All exposure, by the number of the opening directive; what is reserved counts like what is open."""
    closing = {one.command.target_directive_no for one in _under_way(directives, "close")}
    held = [_held(one, directives, closing=one.directive_no in closing) for one in positions.values()]
    reserved = [_reserved(one) for one in _under_way(directives, "open")]
    return tuple(sorted(held + reserved, key=lambda exposure: exposure.directive_no))


def holdings(
    positions: Mapping[int, Position], directives: Sequence[Issued], instrument: Instrument
) -> tuple[Holding, ...]:
    """The same, with what it takes to value it."""
    changed = {one.directive_no: (one.opened_at, one.entry_price) for one in positions.values()}
    changed |= {one.directive_no: (one.issued_at, one.entry_price) for one in _under_way(directives, "open")}
    return tuple(
        Holding(
            directive_no=one.directive_no,
            strategy_id=one.strategy_id,
            symbol=one.symbol,
            side=one.side,
            volume_lots=one.volume_lots,
            price=changed[one.directive_no][1],
            tick_size=instrument.tick_size,
            tick_value=instrument.tick_value,
            state=one.state,
            changed_at=changed[one.directive_no][0],
        )
        for one in exposures(positions, directives)
    )


def judges_holdings(context: AccountContext) -> bool:
    """Whether an open is judged by what else is held, more than by how many; as ledger.judges_holdings."""
    limits = context.limits
    asked = (
        limits.max_open_positions_currency,
        limits.max_open_positions_group,
        limits.max_net_exposure_currency,
        limits.max_margin_use,
        context.subscription.max_open_positions_strategy,
    )
    paired = limits.allow_duplicates is False or limits.opposite_positions not in (None, "hedge")
    return paired or any(limit is not None for limit in asked)


def closed_side(signal: Signal, decision: ProposedDecision, limits: Limits) -> Signal | None:
    """The signal, if it closes; if it opens and the account reverses, the close that it implies.

    As in ledger.record_decision, that close is carried out although the open is declined, unless the account
    does not listen to so weak a signal; then it means what is no newer than the signal.
    """
    if signal.action == "close":
        return signal
    listens = decision.outcome == "issued" or signal.strength >= limits.min_strength
    if signal.action != "open" or limits.opposite_positions != "reverse" or not listens:
        return None
    before = signal.created_at if decision.outcome == "declined" else None
    side = "sell" if signal.side == "buy" else "buy"
    return signal.model_copy(update={"side": side, "opened_before": before})


def left_to_close(signal: Signal, held: Iterable[Exposure]) -> list[Exposure]:
    """What is open of what a close means, and not being closed; as ledger.close_commands."""
    return [
        one
        for one in held
        if one.state == "open"
        and not one.closing
        and _is_meant(signal, one.strategy_id, one.side, one.created_at)
    ]


def reserved_for(signal: Signal, held: Iterable[Exposure]) -> set[int]:
    """The opens on their way that a close means."""
    return {
        one.directive_no
        for one in held
        if one.state == "reserved" and _is_meant(signal, one.strategy_id, one.side, one.created_at)
    }


def loosens_stop(decision: ProposedDecision, held: Iterable[Exposure]) -> bool:
    """Whether another decision of the same run has directed a closer stop; as ledger.loosens_stop."""
    stops = {one.directive_no: one.stop_loss for one in held}
    for one in decision.directives:
        directed = None if one.target_directive_no is None else stops.get(one.target_directive_no)
        if one.action != "modify" or one.stop_loss is None or directed is None:
            continue
        if one.stop_loss <= directed if one.side == "buy" else one.stop_loss >= directed:
            return True
    return False


def cancel_overtaken(directives: Iterable[Issued], signal: Signal) -> None:
    """Withdraw the opens of the same run that a close overtakes; as ledger.withdraw_overtaken."""
    for one in _under_way(directives, "open"):
        if _is_meant(signal, one.strategy_id, one.command.side, one.created_at):
            one.end("cancelled", "overtaken_by_close")


def closes_twice(decision: ProposedDecision, held: Iterable[Exposure]) -> bool:
    """Whether a decision means to close what another of the same run closes; as ledger.closes_twice."""
    targets = {one.target_directive_no for one in decision.directives if one.action == "close"}
    return any(one.closing and one.directive_no in targets for one in held)


def _held(position: Position, directives: Iterable[Issued], *, closing: bool) -> Exposure:
    stop_loss, take_profit = position.stop_loss, position.take_profit
    for one in _under_way(directives, "modify"):
        if one.command.target_directive_no == position.directive_no:
            stop_loss = one.command.stop_loss or stop_loss
            take_profit = one.command.take_profit or take_profit
    return Exposure(
        directive_no=position.directive_no,
        strategy_id=position.strategy_id,
        symbol=position.symbol,
        side=position.side,
        created_at=position.story_at,
        volume_lots=position.volume_lots,
        stop_loss=stop_loss,
        take_profit=take_profit,
        state="open",
        closing=closing,
    )


def _reserved(issued: Issued) -> Exposure:
    command = issued.command
    return Exposure(
        directive_no=issued.directive_no,
        strategy_id=issued.strategy_id,
        symbol=issued.symbol,
        side=command.side,
        created_at=issued.created_at,
        volume_lots=command.volume_lots or Decimal(0),
        stop_loss=command.stop_loss,
        take_profit=command.take_profit,
        state="reserved",
        closing=False,
    )


def _under_way(directives: Iterable[Issued], action: str) -> list[Issued]:
    return [one for one in directives if one.under_way and one.command.action == action]


def _is_meant(signal: Signal, strategy_id: str, side: Side, created_at: datetime) -> bool:
    """Whether a close is about a position of this strategy, side and age; one symbol is all there is."""
    return (
        strategy_id == signal.strategy_id
        and signal.side in (None, side)
        and is_old_enough(created_at, signal)
    )
