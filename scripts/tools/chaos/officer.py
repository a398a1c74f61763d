"""An officer in Python: it speaks the protocol of ours, with a notebook and a broker that outlive it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from functions.contract.ack import AckAnswer, AckRequest
from functions.contract.directive import Directive
from functions.contract.execution import Kind
from functions.contract.poll import PollAnswer, PollRequest
from functions.contract.report import ReportAnswer, ReportRequest
from functions.contract.sync import SyncAnswer
from scripts.tools.chaos.broker import Broker
from scripts.tools.chaos.calls import Caller
from scripts.tools.chaos.facts import dealt, happened, shown
from scripts.tools.chaos.life import Life
from scripts.tools.chaos.market import Market
from scripts.tools.chaos.notebook import Notebook
from scripts.tools.chaos.orders import order_for
from scripts.tools.demo.records import directive_no_of, magic_of

MAX_DIRECTIVES: Final = 10
MAX_EVENTS: Final = 20
_SYNC: Final = timedelta(minutes=5)
# How long an order is looked for before it is reported as unknown, and then as never having arrived.
GRACE: Final = timedelta(seconds=40)
RESOLVE: Final = timedelta(minutes=3)
_RETCODE_REJECTED: Final = 10006


@dataclass(slots=True)
class Desk:
    """What an officer finds at its place when it comes to life.

    findings: what it saw that must never be, a sentence each.
    """

    account_id: str
    broker: Broker
    market: Market
    life: Life
    findings: list[str]


class Officer:
    """One life of the officer of one account. Its methods raise Unanswered, and Died when it is killed."""

    def __init__(self, desk: Desk, book: Notebook, caller: Caller) -> None:
        self._desk = desk
        self._book = book
        self._caller = caller
        self._next_sync = desk.market.now()
        self._offered = False

    @property
    def settled(self) -> bool:
        """Whether its last turn left nothing to do."""
        return not (self._offered or self._book.unconfirmed() or any(self._waiting()) or any(self._sought()))

    def turn(self) -> None:
        """Once through everything there is to do: the EA's steps, one after the other."""
        if self._now() >= self._next_sync:
            self.sync()
        self._poll()
        self._acknowledge()
        self._look_for_orders()
        self._note_deals()
        self._report()

    def sync(self) -> SyncAnswer:
        """Show the account; the answer says where the ledger differs."""
        request = shown(self._book.instance_id, self._desk.broker)
        answer = self._caller.call("/sync", request, SyncAnswer, at=self._now())
        self._next_sync = self._now() + _SYNC
        return answer

    def _poll(self) -> None:
        self._desk.life.step()
        mine = [*self._waiting(), *self._sought()]
        request = PollRequest(
            instance_id=self._book.instance_id,
            max_directives=MAX_DIRECTIVES,
            unresolved=tuple(directive.directive_id for directive in mine),
        )
        answer = self._caller.call("/poll", request, PollAnswer, at=self._now())
        self._offered = bool(answer.directives or answer.unresolved)
        for directive in (*answer.directives, *(each.directive for each in answer.unresolved)):
            if directive.directive_id not in self._book.directives:
                self._book.receive(directive)
        waiting = {directive.directive_id for directive in self._waiting()}
        for settled in answer.settled:
            # Pending is what has not been acknowledged yet.
            if settled.directive_id in waiting and settled.status != "pending":
                self._book.drop(settled.directive_id, str(settled.status))

    def _acknowledge(self) -> None:
        waiting = {directive.directive_id: directive for directive in self._waiting()}
        if not waiting:
            return
        self._desk.life.step()
        request = AckRequest(instance_id=self._book.instance_id, directive_ids=tuple(waiting))
        answer = self._caller.call("/ack", request, AckAnswer, at=self._now())
        self._desk.life.step()
        for result in answer.results:
            if result.directive:
                self._execute(result.directive)
            elif result.code in ("directive_taken", "directive_unknown"):
                self._find(f"{waiting[result.directive_id].directive_no} was refused with {result.code}")
            elif result.code != "trading_halted":
                self._book.drop(result.directive_id, str(result.code))

    def _execute(self, directive: Directive) -> None:
        now = self._now()
        if directive.expires_at is not None and directive.expires_at <= now:
            self._happen(directive, "order_cancelled", code="directive_expired")
            return
        if directive.directive_id in self._book.sent:
            self._find(f"{directive.directive_no} was granted after it had been sent")
            return
        request = order_for(directive, self._desk.broker.account())
        if request is None:
            self._happen(directive, "order_cancelled", code="position_already_closed")
            return
        self._book.send(directive.directive_id, now)
        answer = self._desk.broker.send(request, now)
        self._desk.life.step()
        if answer == "rejected":
            self._happen(directive, "order_rejected", retcode=_RETCODE_REJECTED)
        elif answer == "no position":
            self._happen(directive, "order_cancelled", code="position_already_closed")

    def _look_for_orders(self) -> None:
        """What was sent and never seen again is unknown at first, and after long enough given up."""
        seen = {deal.magic for deal in self._desk.broker.account().deals}
        for directive in list(self._sought()):
            if magic_of(directive.directive_no) in seen:
                continue
            absent = self._now() - self._book.sent[directive.directive_id]
            known = self._book.kinds[directive.directive_id]
            if absent >= RESOLVE:
                self._happen(directive, "order_failed", code="absent_at_broker")
            elif absent >= GRACE and "outcome_unknown" not in known:
                self._happen(directive, "outcome_unknown")

    def _note_deals(self) -> None:
        """Whatever the broker has done under a magic number of ours, expected or not."""
        by_number = {each.directive_no: each for each in self._book.directives.values()}
        for deal in self._desk.broker.account().deals:
            if deal.deal_ticket in self._book.deals:
                continue
            directive = by_number.get(directive_no_of(deal.magic) or 0)
            if directive is None:
                self._find(f"deal {deal.deal_ticket} is of a directive that was never received")
            else:
                self._book.happen(dealt(deal, directive))

    def _report(self) -> None:
        while events := self._book.unconfirmed()[:MAX_EVENTS]:
            self._desk.life.step()
            request = ReportRequest(instance_id=self._book.instance_id, events=tuple(events))
            answer = self._caller.call("/report", request, ReportAnswer, at=self._now())
            self._desk.life.step()
            for result in answer.results:
                if result.outcome not in ("recorded", "duplicate"):
                    self._find(f"event {result.event_id} was answered {result.outcome}")
            self._book.confirm(result.event_id for result in answer.results)

    def _waiting(self) -> Iterator[Directive]:
        """What is provably unsent, and may be executed."""
        book = self._book
        for directive_id, directive in book.directives.items():
            if not (directive_id in book.dropped or directive_id in book.sent or directive_id in book.kinds):
                yield directive

    def _sought(self) -> Iterator[Directive]:
        """What was sent, and of which nothing final is known."""
        for directive_id in self._book.sent:
            if self._book.kinds.get(directive_id, set()) <= {"outcome_unknown"}:
                yield self._book.directives[directive_id]

    def _happen(self, directive: Directive, kind: Kind, **details: object) -> None:
        self._book.happen(happened(directive.directive_id, kind, self._now(), **details))

    def _now(self) -> datetime:
        return self._desk.market.now()

    def _find(self, what: str) -> None:
        self._desk.findings.append(f"{self._desk.account_id}: {what}")
