"""The officer: trades one account by the public protocol. A Python stand-in for the MetaTrader EA.

It goes the EA's way (poll, ack, check, send, report), but its journal is memory and its broker perfect: what
is not at the broker was never sent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

from functions.contract.account import BrokerPosition
from functions.contract.ack import AckAnswer, AckRequest
from functions.contract.bar import Bar, closed_at
from functions.contract.directive import Directive
from functions.contract.execution import ExecutionEvent
from functions.contract.poll import PollAnswer, PollRequest, UnresolvedDirective
from functions.contract.report import ReportAnswer, ReportRequest
from functions.contract.sync import SyncAnswer, SyncRequest
from scripts.tools.demo import retcodes, trading
from scripts.tools.demo.broker import Broker
from scripts.tools.demo.calls import Caller
from scripts.tools.demo.errors import DemoError
from scripts.tools.demo.records import Deal, Position, directive_no_of, magic_of

MAX_DIRECTIVES = 100
MAX_EVENTS = 100
# What one call takes: the times in the ledger then read like those of an officer at work.
_SECOND = timedelta(seconds=1)

Stage = Literal["granted", "sending", "result", "confirmed"]


@dataclass(slots=True)
class Entry:
    """What the officer's journal says of one directive."""

    directive: Directive
    stage: Stage


class Officer:
    """One running officer of one account.

    sync_every: how old what the ledger knows of the account may get, in simulated time.
    """

    def __init__(self, caller: Caller, broker: Broker, *, sync_every: timedelta) -> None:
        self.broker = broker
        self._caller = caller
        self._instance_id = uuid4()
        self._sync_every = sync_every
        self._synced_at: datetime | None = None
        self._journal: dict[UUID, Entry] = {}
        # Behind a magic number there is only a directive's number; reports name it by its id.
        self._ids: dict[int, UUID] = {}

    def pass_bar(self, bar: Bar) -> None:
        """Live through a bar, report the positions that its prices closed, and sync when it is time."""
        at = closed_at(bar)
        synced_at = self._begin(at)
        deals = self.broker.pass_bar(bar)
        self._report([trading.deal_event(self._opened_by(deal), deal) for deal in deals], at)
        # A close has changed the balance that the next trade is sized by.
        if deals or at - synced_at >= self._sync_every:
            self.sync(at)

    def work(self, at: datetime) -> None:
        """One round: ask what there is to do, commit to it, do it, and report."""
        self._begin(at)
        answer = self._poll(at)
        self._forget_settled(answer)
        events = [event for lost in self._unknown(answer.unresolved) for event in self._found(lost, at)]
        self._acknowledge(answer.directives, at + _SECOND)
        waiting = [entry for entry in self._journal.values() if entry.stage == "granted"]
        for entry in waiting:
            events += self._trade(entry, at + 2 * _SECOND, halted=answer.halted)
        self._report(events, at + 3 * _SECOND)

    def sync(self, at: datetime) -> datetime:
        """Show the ledger the whole account, and learn the names of the directives behind it."""
        request = SyncRequest(
            instance_id=self._instance_id,
            account=self.broker.state(),
            instruments=(self.broker.instrument,),
            positions=tuple(self._seen(position) for position in self.broker.positions.values()),
            orders=(),
        )
        answer = self._caller.call("/sync", request, SyncAnswer, at=at)
        self._ids |= {known.directive_no: known.directive_id for known in answer.directives}
        self._synced_at = at
        return at

    def _begin(self, at: datetime) -> datetime:
        """An officer that has just been started syncs before anything else; when it last did."""
        return self._synced_at or self.sync(at)

    # --- poll and ack -----------------------------------------------------------------------------

    def _poll(self, at: datetime) -> PollAnswer:
        unresolved = tuple(key for key, entry in self._journal.items() if entry.stage != "confirmed")
        request = PollRequest(
            instance_id=self._instance_id, max_directives=MAX_DIRECTIVES, unresolved=unresolved
        )
        return self._caller.call("/poll", request, PollAnswer, at=at)

    def _forget_settled(self, answer: PollAnswer) -> None:
        """What somebody else has settled is not ours to trade any more."""
        for settled in answer.settled:
            entry = self._journal.get(settled.directive_id)
            if entry is not None and entry.stage == "granted":
                entry.stage = "confirmed"

    def _unknown(self, unresolved: Iterable[UnresolvedDirective]) -> list[Directive]:
        """Acknowledged in this account's name, but by an officer whose memory we do not have."""
        return [lost.directive for lost in unresolved if lost.directive.directive_id not in self._journal]

    def _acknowledge(self, directives: Sequence[Directive], at: datetime) -> None:
        if not directives:
            return
        request = AckRequest(
            instance_id=self._instance_id,
            directive_ids=tuple(directive.directive_id for directive in directives),
        )
        answer = self._caller.call("/ack", request, AckAnswer, at=at)
        for result in answer.results:
            if result.directive is not None:
                self._note(result.directive, "granted")

    # --- trade ------------------------------------------------------------------------------------

    def _trade(self, entry: Entry, at: datetime, *, halted: bool) -> list[ExecutionEvent]:
        """Check once more, then send: what happened, or nothing while the directive has to wait."""
        directive = entry.directive
        if directive.expires_at is not None and at >= directive.expires_at:
            return [trading.expired_event(directive, at)]
        if halted and directive.action == "open":
            return []
        if self.broker.found_with(magic_of(directive.directive_no)):
            return self._found(directive, at)
        entry.stage = "sending"
        outcome = trading.carry_out(directive, self.broker, at)
        if outcome.retcode in retcodes.WAIT:
            entry.stage = "granted"
            return []
        entry.stage = "result"
        return [trading.outcome_event(directive, outcome, at)]

    def _found(self, directive: Directive, at: datetime) -> list[ExecutionEvent]:
        """What the broker knows of a directive by its magic number; nothing is ever sent again."""
        self._note(directive, "result")
        deals = self.broker.found_with(magic_of(directive.directive_no))
        if not deals:
            return [trading.absent_event(directive, at)]
        return [trading.deal_event(directive.directive_id, deal) for deal in deals]

    # --- report -----------------------------------------------------------------------------------

    def _report(self, events: Sequence[ExecutionEvent], at: datetime) -> None:
        for first in range(0, len(events), MAX_EVENTS):
            batch = tuple(events[first : first + MAX_EVENTS])
            request = ReportRequest(instance_id=self._instance_id, events=batch)
            answer = self._caller.call("/report", request, ReportAnswer, at=at)
            for event, result in zip(batch, answer.results, strict=True):
                if result.outcome not in ("recorded", "duplicate"):
                    raise DemoError(f"the ledger says of event {event.event_id}: {result.outcome}")
                entry = self._journal.get(event.directive_id)
                if entry is not None:
                    entry.stage = "confirmed"

    def _opened_by(self, deal: Deal) -> UUID:
        """The directive that opened the position a stop has closed."""
        number = directive_no_of(deal.position_magic)
        if number is None or number not in self._ids:
            raise DemoError(f"position {deal.position_id} was opened by no directive of this account")
        return self._ids[number]

    def _note(self, directive: Directive, stage: Stage) -> None:
        """Write a directive into the journal; what stands there already stays."""
        self._journal.setdefault(directive.directive_id, Entry(directive, stage))
        self._ids[directive.directive_no] = directive.directive_id

    def _seen(self, position: Position) -> BrokerPosition:
        return BrokerPosition(
            position_id=str(position.position_id),
            directive_no=directive_no_of(position.magic),
            symbol=self.broker.instrument.symbol,
            side=position.side,
            volume_lots=position.volume_lots,
            open_price=position.open_price,
            stop_loss=position.stop_loss,
            take_profit=position.take_profit,
            profit=self.broker.floating_profit(position),
            swap=position.volume_lots * 0,
            opened_at=position.opened_at,
        )
