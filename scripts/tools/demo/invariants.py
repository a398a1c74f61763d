"""What must be true after the demo, whatever happened in it; each thing that is not is one sentence."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scripts.tools.demo.records import Account, directive_no_of, magic_of
from scripts.tools.evidence.auditor import Connection, rows
from scripts.tools.evidence.verify.verify import Verdict, verify

Accounts = Mapping[str, Account]

_FILLED_TWICE = """
    select d.account_id, d.directive_no, count(distinct e.order_ticket) as orders
    from ledger.trade_directives d
    join ledger.execution_events e on (e.signal_id, e.symbol, e.created_at, e.directive_no)
        = (d.signal_id, d.symbol, d.created_at, d.directive_no)
    where d.action = 'open' and e.kind = 'order_filled'
    group by d.account_id, d.directive_no having count(distinct e.order_ticket) > 1
    order by d.directive_no
"""
_UNPROCESSED = """
    select signal_id, created_at, status from ledger.signal_outbox
    where status = 'pending' order by created_at
"""
_UNFINISHED = """
    select account_id, directive_no, status from ledger.trade_directives
    where status not in ('completed', 'failed', 'cancelled') order by directive_no
"""
_KNOWN_DEALS = """
    select account_id, deal_ticket from ledger.execution_events where deal_ticket is not null
"""
_EXPOSURES = """
    select account_id, directive_no, volume_filled_lots - volume_closed_lots as volume_lots
    from ledger.exposures where volume_filled_lots > 0 order by directive_no
"""


@dataclass(frozen=True, slots=True)
class Invariants:
    """What was found: duplicates and losses, a sentence each, and the verdict on the journal."""

    duplicates: tuple[str, ...]
    lost: tuple[str, ...]
    journal: Verdict

    @property
    def hold(self) -> bool:
        """Whether nothing at all was found."""
        return not self.duplicates and not self.lost and self.journal.intact

    def findings(self) -> tuple[str, ...]:
        """Everything that was found."""
        return self.duplicates + self.lost + tuple(map(str, self.journal.findings.kept))


def check(connection: Connection, accounts: Accounts) -> Invariants:
    """Compare ledger and brokers, and verify the journal."""
    return Invariants(
        duplicates=(*_sent_twice(accounts), *_filled_twice(connection)),
        lost=(
            *_unprocessed_signals(connection),
            *_unfinished_directives(connection, accounts),
            *_unknown_deals(connection, accounts),
            *_different_positions(connection, accounts),
        ),
        journal=verify(connection),
    )


def _sent_twice(accounts: Accounts) -> Iterator[str]:
    """A stop's order carries its position's magic by nature; what an officer sends must carry its own."""
    for account_id, account in accounts.items():
        sent = Counter(order.magic for order in account.orders if order.cause == "expert")
        for magic, orders in sent.items():
            for _ in range(orders - 1):
                yield f"{account_id}: one order more than one for directive {directive_no_of(magic)}"


def _filled_twice(connection: Connection) -> Iterator[str]:
    for line in rows(connection, _FILLED_TWICE):
        yield f"{line['account_id']}: directive {line['directive_no']} was filled by {line['orders']} orders"


def _unprocessed_signals(connection: Connection) -> Iterator[str]:
    for line in rows(connection, _UNPROCESSED):
        yield f"signal {line['signal_id']} of {line['created_at']} is {line['status']}"


def _unfinished_directives(connection: Connection, accounts: Accounts) -> Iterator[str]:
    for line in rows(connection, _UNFINISHED):
        account = accounts.get(line["account_id"])
        if account is None or account.position_of(magic_of(line["directive_no"])) is None:
            which = f"{line['account_id']}: directive {line['directive_no']}"
            yield f"{which} is {line['status']} and no position"


def _unknown_deals(connection: Connection, accounts: Accounts) -> Iterator[str]:
    known = {(line["account_id"], int(line["deal_ticket"])) for line in rows(connection, _KNOWN_DEALS)}
    for account_id, account in accounts.items():
        for deal in account.deals:
            if (account_id, deal.deal_ticket) not in known:
                yield f"{account_id}: the ledger does not know deal {deal.deal_ticket}"


def _different_positions(connection: Connection, accounts: Accounts) -> Iterator[str]:
    """What the ledger counts against the limits must be what is open at the brokers."""
    counted = {
        (line["account_id"], line["directive_no"]): line["volume_lots"]
        for line in rows(connection, _EXPOSURES)
    }
    held = {
        (account_id, directive_no_of(position.magic)): position.volume_lots
        for account_id, account in accounts.items()
        for position in account.positions
    }
    for account_id, directive_no in sorted(counted.keys() | held.keys(), key=str):
        here, there = counted.get((account_id, directive_no), 0), held.get((account_id, directive_no), 0)
        if here != there:
            yield f"{account_id}: directive {directive_no}: {here} lots in the ledger, {there} at the broker"
