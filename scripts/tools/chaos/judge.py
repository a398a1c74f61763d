"""What must be true of ledger, brokers and notebooks after the chaos; what is not is one sentence each."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from functions.contract.execution import ExecutionEvent
from scripts.tools.chaos.notebook import Notebook
from scripts.tools.demo.records import Account, Deal, directive_no_of
from scripts.tools.evidence.auditor import Connection, rows

_FACTS = """
    select e.account_id, e.event_id, e.directive_no, e.kind, e.order_ticket, e.deal_ticket, e.position_id,
        e.price, e.volume_lots, e.commission, e.swap, e.profit, e.reason, e.code, e.occurred_at,
        r.directive_id
    from ledger.execution_events e join ledger.directive_registry r on r.directive_no = e.directive_no
"""
# Each gives the sentences of one rule of the ledger itself.
_RULES: Sequence[LiteralString] = (
    """select format('signal %s of %s is still %s', signal_id, created_at, status) as finding
    from ledger.signal_outbox where status = 'pending'""",
    """select format('directive %s of %s is still %s', directive_no, account_id, status) as finding
    from ledger.trade_directives where status not in ('completed', 'failed', 'cancelled')""",
    """select format('signal %s was decided for %s, and has %s directives',
        r.signal_id, r.account_id, count(d)) as finding
    from ledger.risk_decisions r
    join ledger.signal_outbox s on (s.signal_id, s.symbol, s.created_at)
        = (r.signal_id, r.symbol, r.created_at)
    left join ledger.trade_directives d on (d.signal_id, d.symbol, d.created_at, d.account_id)
        = (r.signal_id, r.symbol, r.created_at, r.account_id)
    where r.outcome = 'issued' group by r.signal_id, r.account_id, s.action
    having case s.action when 'open' then count(d) <> 1 else count(d) = 0 end""",
    """select format('directive %s of %s was issued without a decision', directive_no, account_id) as finding
    from ledger.trade_directives d where not exists (select from ledger.risk_decisions r
        where (r.signal_id, r.symbol, r.created_at, r.account_id, r.outcome)
            = (d.signal_id, d.symbol, d.created_at, d.account_id, 'issued'))""",
    """select format('%s has %s directives of signal %s for one target', account_id, count(*), signal_id)
        as finding
    from ledger.trade_directives group by signal_id, account_id, target_directive_no having count(*) > 1""",
    """select format('number %s was given to no directive', directive_no) as finding
    from ledger.directive_registry r where not exists (select from ledger.trade_directives d
        where (d.signal_id, d.symbol, d.created_at, d.directive_no)
            = (r.signal_id, r.symbol, r.created_at, r.directive_no))""",
    """select format('signal %s is registered and not published', signal_id) as finding
    from ledger.signal_registry r where not exists (select from ledger.signal_outbox s
        where (s.signal_id, s.symbol, s.created_at) = (r.signal_id, r.symbol, r.created_at))""",
    """select format('event %s of %s is registered and not stored', event_id, account_id) as finding
    from ledger.event_registry r where not exists (select from ledger.execution_events e
        where (e.account_id, e.event_id) = (r.account_id, r.event_id))""",
    """select format('event %s of %s is kept as %s', event_id, account_id, reason) as finding
    from ledger.unmatched_reports""",
    # One officer works at each account, so that nobody takes over and nobody comes second.
    """select format('directive %s was granted %s times', directive_no, count(*)) as finding
    from ledger.directive_acknowledgements group by directive_no having count(*) > 1""",
    """select format('directive %s is %s and was never acknowledged', directive_no, status) as finding
    from ledger.trade_directives d where status in ('completed', 'failed')
        and not exists (select from ledger.directive_acknowledgements k
            where k.directive_no = d.directive_no)""",
    """select format('event %s of directive %s is flagged %s', event_id, directive_no, anomalies) as finding
    from ledger.execution_events where array_remove(anomalies, 'late') <> '{}'""",
)


@dataclass(frozen=True, slots=True)
class Witnesses:
    """What was seen outside the ledger, by account: the brokers' books and the officers' notebooks.

    published: the ids of the signals that the generator was told of.
    """

    accounts: Mapping[str, Account]
    notebooks: Mapping[str, Notebook]
    published: frozenset[str]


def judge(connection: Connection, seen: Witnesses) -> Iterator[str]:
    """Everything that is wrong with the stories, but for what the demo's invariants say."""
    for rule in _RULES:
        yield from (line["finding"] for line in rows(connection, rule))
    yield from _lost_signals(connection, seen.published)
    stored = rows(connection, _FACTS)
    for account_id, account in seen.accounts.items():
        mine = [fact for fact in stored if fact["account_id"] == account_id]
        for finding in (*_deals(account, mine), *_events(seen.notebooks[account_id], mine)):
            yield f"{account_id}: {finding}"


def _lost_signals(connection: Connection, published: frozenset[str]) -> Iterator[str]:
    kept = {str(line["signal_id"]) for line in rows(connection, "select signal_id from ledger.signal_outbox")}
    for signal_id in sorted(published - kept):
        yield f"signal {signal_id} was answered as published and is not there"


def _deals(account: Account, facts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Every deal of the broker is one fact, and every fact with a deal is one of the broker's."""
    told: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for fact in facts:
        if fact["deal_ticket"] is not None:
            told[int(fact["deal_ticket"])].append(fact)
    known = {deal.deal_ticket: deal for deal in account.deals}
    for ticket in sorted(told.keys() | known.keys()):
        if ticket not in known:
            yield f"the ledger has deal {ticket}, the broker has not"
        elif len(told[ticket]) != 1:
            yield f"deal {ticket} is stored {len(told[ticket])} times"
        elif different := _differences(_as_dealt(known[ticket]), told[ticket][0]):
            yield f"deal {ticket} was stored with another {different}"


def _as_dealt(deal: Deal) -> dict[str, Any]:
    return {
        "kind": "order_filled" if deal.entry == "in" else "position_closed",
        "directive_no": directive_no_of(deal.magic),
        "order_ticket": deal.order_ticket,
        "position_id": deal.position_id,
        "price": deal.price,
        "volume_lots": deal.volume_lots,
        "commission": deal.commission,
        "swap": deal.swap,
        "profit": deal.profit,
        "reason": deal.cause,
        "occurred_at": deal.dealt_at,
    }


def _events(notebook: Notebook, facts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Every event of the notebook is one fact, as it was noted, and every fact is one of the notebook's."""
    stored = Counter(fact["event_id"] for fact in facts)
    by_id = {fact["event_id"]: fact for fact in facts}
    for event_id in notebook.events.keys() | stored.keys():
        if event_id not in notebook.events:
            yield f"the ledger has event {event_id}, the officer's notebook has not"
        elif stored[event_id] != 1:
            yield f"event {event_id} is stored {stored[event_id]} times"
        elif different := _differences(_as_noted(notebook.events[event_id]), by_id[event_id]):
            yield f"event {event_id} was stored with another {different}"


def _as_noted(event: ExecutionEvent) -> dict[str, Any]:
    said = event.model_dump(
        include={"directive_id", "kind", "price", "volume_lots", "profit", "code", "occurred_at"}
    )
    return said | {"deal_ticket": None if event.deal_ticket is None else int(event.deal_ticket)}


def _differences(expected: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    return ", ".join(name for name, value in expected.items() if found[name] != value)
