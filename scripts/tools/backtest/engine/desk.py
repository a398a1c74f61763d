"""One account as the ledger keeps it: its exposure, what the director sees of it, and what was decided."""

from copy import copy
from datetime import datetime, timedelta
from uuid import UUID

from functions.contract.account import Instrument
from functions.contract.bar import Bar, closed_at
from functions.contract.decision import ProposedDecision
from functions.contract.directive import ProposedDirective
from functions.contract.signal import Signal
from functions.director.commands import closing
from functions.director.context import (
    AccountContext,
    Exposure,
    Halt,
    Limits,
    Specification,
)
from functions.director.rules import Case
from scripts.tools.backtest.engine.account_state import reported_state
from scripts.tools.backtest.engine.broker import Broker
from scripts.tools.backtest.engine.directives import Decided, Issued
from scripts.tools.backtest.engine.exposure import (
    cancel_overtaken,
    closed_side,
    closes_twice,
    exposures,
    holdings,
    judges_holdings,
    left_to_close,
    loosens_stop,
    reserved_for,
)
from scripts.tools.backtest.engine.past import MAX_LOSSES, Past, losing_streak
from scripts.tools.backtest.engine.restrictions import Restrictions
from scripts.tools.backtest.engine.setup import AccountSetup, Costs


class Desk:
    """An account: its broker, its directives, its decisions.

    directives: those still under way; finished: those that are not, in the order of their issue.
    """

    def __init__(
        self, setup: AccountSetup, instrument: Instrument, costs: Costs, restrictions: Restrictions
    ) -> None:
        self.setup = setup
        self._restrictions = restrictions
        self.broker = Broker(setup, instrument, costs)
        self.directives: list[Issued] = []
        self.finished: list[Issued] = []
        self.decisions: list[Decided] = []
        self._decided: set[UUID] = set()
        # A copy, so that the same setup begins anew each time.
        self.marks = copy(setup.past.marks)
        self._spread_points: int | None = None
        self._limits = Limits.model_validate(setup.limits.model_dump(include=set(Limits.model_fields)))
        self._instrument = Specification.model_validate(instrument.model_dump())
        self._last_no = 0

    def report(self, bar: Bar) -> None:
        """What the officer tells after a bar: the equity at its close. And the spread that was seen there."""
        book, quote = self.broker.book, self.broker.quote
        if quote is not None:
            self.marks.report(book.equity(quote), closed_at(bar))
        # As ledger.latest_spread: where a file says 0 it knows of no spread.
        self._spread_points = bar.spread_points or None

    def past(self) -> Past:
        """What lies behind the account by now."""
        latest = self.broker.book.trades[-MAX_LOSSES:]
        return Past(self.marks, (*self.setup.past.trades, *latest)[-MAX_LOSSES:])

    def follows(self, signal: Signal) -> bool:
        """Whether this account has still to decide on the signal.

        As in ledger.is_concerned, a trailing stop and an exit by age, which strategies ask for at most bars,
        concern only who holds something of the strategy.
        """
        if signal.strategy_id not in self.setup.subscriptions or signal.signal_id in self._decided:
            return False
        routine = signal.action == "modify" or signal.opened_before is not None
        return not routine or any(one.strategy_id == signal.strategy_id for one in self._exposures())

    def withdraw_halted(self, at: datetime) -> None:
        """Give up the opens that a halt has met on their way: no officer is granted them."""
        for one in self.directives:
            opens = one.under_way and one.command.action == "open"
            if opens and self._halted(one.symbol, one.strategy_id, at):
                one.end("cancelled", "trading_halted")

    def _halted(self, symbol: str, strategy_id: str, at: datetime) -> Halt | None:
        return self._restrictions.halt_of(self.setup.account_id, symbol, strategy_id, at)

    def context(self, signal: Signal, reported_at: datetime, at: datetime) -> AccountContext:
        """Everything a decision on the signal depends on; as ledger.account_context has it."""
        held = self._exposures()
        return AccountContext(
            account_id=self.setup.account_id,
            subscription=self.setup.subscriptions[signal.strategy_id],
            limits=self._limits,
            enabled=self.setup.limits.enabled,
            state=reported_state(self.setup, self.broker, reported_at),
            instrument=self._instrument,
            halted=self._halted(signal.symbol, signal.strategy_id, at),
            open_positions_account=len(held),
            open_positions_symbol=len(held),
            exposures=held,
            equity_marks=self.marks.known(),
            holdings=holdings(self.broker.book.positions, self.directives, self._instrument),
            losing_streak=losing_streak(self.past().trades, self._limits.max_consecutive_losses),
            spread_points=self._spread_points,
            groups=self._restrictions.groups_of(signal.symbol),
            news_windows=self._restrictions.news_at(
                at, timedelta(seconds=self._limits.directive_ttl_seconds)
            ),
        )

    def commit(self, signal: Signal, decision: ProposedDecision, read: AccountContext, at: datetime) -> bool:
        """Record a decision and issue its directives; False if it has to be made again.

        read: what it was made from. As in ledger.decide_signal, the director may have issued something since
        it looked: limits on counts are counted again, and what else may have changed is judged again. A close
        never has to wait for an open on its way, as it may there: a bar that closes was an open market, so
        nothing is on its way but what this very run has issued, and that is withdrawn.
        """
        if signal.action == "close":
            cancel_overtaken(self.directives, signal)
        held = self._exposures()
        if closes_twice(decision, held) or loosens_stop(decision, held):
            return False
        opens = signal.action == "open" and decision.outcome == "issued"
        if opens and judges_holdings(read) and self._holds_other_than(read):
            return False
        reason = self._recheck(signal, decision)
        if reason is not None:
            decision = decision.model_copy(update={"outcome": "declined", "reason": reason, "directives": ()})
        commands = [*decision.directives, *self._closes_besides(signal, decision, read, at)]
        self._decided.add(signal.signal_id)
        self.decisions.append(
            Decided(
                signal.signal_id, signal.created_at, signal.strategy_id, decision.outcome, decision.reason
            )
        )
        for command in commands:
            self._last_no += 1
            self.directives.append(
                Issued(
                    directive_no=self._last_no,
                    command=command,
                    signal_id=signal.signal_id,
                    created_at=signal.created_at,
                    strategy_id=signal.strategy_id,
                    symbol=signal.symbol,
                    issued_at=at,
                    entry_price=signal.entry_price,
                )
            )
        return True

    def _recheck(self, signal: Signal, decision: ProposedDecision) -> str | None:
        """Why an open may not stand any more, if it may not; what it closes itself does not count."""
        if signal.action != "open" or decision.outcome != "issued":
            return None
        exposures = self._exposures()
        leaving = {directive.target_directive_no for directive in decision.directives}
        meant = closed_side(signal, decision, self._limits)
        leaving |= reserved_for(meant, exposures) if meant is not None else set()
        held = sum(one.directive_no not in leaving for one in exposures)
        if held >= self._limits.max_open_positions_account:
            return "max_open_positions_account"
        return "max_open_positions_symbol" if held >= self._limits.max_open_positions_symbol else None

    def _closes_besides(
        self, signal: Signal, decision: ProposedDecision, read: AccountContext, at: datetime
    ) -> list[ProposedDirective]:
        """What is closed although the decision does not carry it; opens that it overtakes are withdrawn.

        As the ledger does it: the rest of more positions than one decision carries, and the other side for an
        account that reverses where the open is declined.
        """
        meant = closed_side(signal, decision, self._limits)
        if meant is None:
            return []
        cancel_overtaken(self.directives, meant)
        if signal.action == "open" and decision.outcome == "issued":
            return []
        carried = {one.target_directive_no for one in decision.directives}
        left = left_to_close(meant, self._exposures())
        case = Case(signal, read, at)
        return [closing(case, one) for one in left if one.directive_no not in carried]

    def _holds_other_than(self, read: AccountContext) -> bool:
        """Whether anything was issued, filled or sent to be closed since then; as ledger.exposures_token."""

        def held(exposures: tuple[Exposure, ...]) -> list[tuple[object, ...]]:
            return [(one.directive_no, one.volume_lots, one.state, one.closing) for one in exposures]

        return held(read.exposures) != held(self._exposures())

    def tidy(self) -> None:
        """Put away the directives that nothing more will come of."""
        self.finished += [one for one in self.directives if not one.under_way]
        self.directives = [one for one in self.directives if one.under_way]

    def _exposures(self) -> tuple[Exposure, ...]:
        return exposures(self.broker.book.positions, self.directives)
