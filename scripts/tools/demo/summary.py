"""The numbers of a demo, read from the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from scripts.tools.evidence.auditor import Connection, number, rows

_SIGNALS = """
    select strategy_id, action, coalesce(side, '') as side, status, count(*) as signals
    from ledger.signal_outbox group by 1, 2, 3, 4 order by 1, 2, 3, 4
"""
_DECISIONS = """
    select account_id, outcome, reason, count(*) as decisions from ledger.risk_decisions
    group by 1, 2, 3 order by 1, 2 desc, 4 desc, 3
"""
_DIRECTIVES = """
    select account_id, action, status, count(*) as directives from ledger.trade_directives
    group by 1, 2, 3 order by 1, 2 desc, 4 desc, 3
"""
_EVENTS = """
    select account_id, kind, coalesce(reason, '') as reason, count(*) as events,
        sum(volume_lots) as volume_lots, coalesce(sum(profit), 0) as profit,
        coalesce(sum(commission), 0) + coalesce(sum(swap), 0) as costs
    from ledger.execution_events group by 1, 2, 3 order by 1, 2, 3
"""

Lines = tuple[Mapping[str, object], ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of everything, and the groups they are made of; money in the accounts' currency."""

    bars: int
    signals: int
    decisions: int
    directives: int
    events: int
    signal_lines: Lines
    decision_lines: Lines
    directive_lines: Lines
    event_lines: Lines

    def result_of(self, account_id: str) -> Decimal:
        """What an account has gained or lost by closed trades, costs included, as reported to the ledger."""
        mine = (line for line in self.event_lines if line["account_id"] == account_id)
        return sum((Decimal(str(line["profit"])) + Decimal(str(line["costs"])) for line in mine), Decimal(0))


def summarize(connection: Connection) -> Summary:
    """Count and group what the ledger holds."""
    return Summary(
        bars=number(connection, "select count(*) from ledger.bars"),
        signals=number(connection, "select count(*) from ledger.signal_outbox"),
        decisions=number(connection, "select count(*) from ledger.risk_decisions"),
        directives=number(connection, "select count(*) from ledger.trade_directives"),
        events=number(connection, "select count(*) from ledger.execution_events"),
        signal_lines=tuple(rows(connection, _SIGNALS)),
        decision_lines=tuple(rows(connection, _DECISIONS)),
        directive_lines=tuple(rows(connection, _DIRECTIVES)),
        event_lines=tuple(rows(connection, _EVENTS)),
    )
