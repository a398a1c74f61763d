"""Replay of what many wrote at once: entries are applied in the order of journal_id, not of xid."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from functions.contract.scalars import timestamp_text
from scripts.tools.stack import Stack
from tests.database.database import Database, Party
from tests.database.history import ACCOUNTS
from tests.database.race import PATIENCE_SECONDS, at_once, wait_until_blocked
from tests.database.story import (
    FIRST_EA,
    SECOND_EA,
    acknowledge,
    closing,
    decide,
    directive,
    event,
    issue,
    issued,
    opening,
    publish,
    report,
    signal,
    uuid_of,
)
from tests.evidence.replaying import differences, replayed, stocked
from tests.support.clock import after

SIGNALS = 12


@pytest.fixture
def busy(stack: Stack, _simulated: str) -> Iterator[Database]:
    """A ledger that several sessions write."""
    with stocked(stack, _simulated) as database:
        yield database


def test_a_transaction_that_began_first_may_write_last(stack: Stack, busy: Database) -> None:
    made = directive(busy)

    # A report takes its number when it notes that the EA was seen, and then waits; meanwhile the EA's other
    # request is granted the directive. It has the higher transaction number, and came first.
    with (
        busy.connect("supabase_admin") as holder,
        busy.party() as reporter,
        busy.party() as asker,
        ThreadPoolExecutor(1) as pool,
    ):
        with holder.transaction():
            holder.execute(
                "select pg_advisory_xact_lock(hashtextextended('ledger.report_executions/demo-1', 0))"
            )
            late = partial(report, reporter, event(made.id), at=after(minutes=1))
            waiting = pool.submit(late)
            wait_until_blocked(busy, 1)
            acknowledge(asker, made.id, at=after(seconds=1))
        waiting.result(PATIENCE_SECONDS)

    assert _events(busy, made.no, "journal_id")[-4:] == [
        "directive.acknowledged",
        "acknowledgement.granted",
        "execution.order_filled",
        "directive.completed",
    ]
    assert _events(busy, made.no, "xid, journal_id")[-1] == "acknowledgement.granted"
    with replayed(stack, stack.postgres.url(database=busy.name)) as (result, then):
        assert differences(result) == []
        assert then.value("select status from ledger.trade_directives") == "completed"


def test_a_ledger_that_many_wrote_at_once_is_replayed_as_it_is(stack: Stack, busy: Database) -> None:
    """Generators, directors and two terminals of each account race over the same signals and positions."""
    names = [f"signal {number}" for number in range(SIGNALS)]
    at_once(busy, [partial(_publish_all, names) for _ in range(2)])
    at_once(busy, [partial(_decide_all, names) for _ in range(3)])
    at_once(
        busy,
        [partial(_trade, busy, account_id, ea) for account_id in ACCOUNTS for ea in (FIRST_EA, SECOND_EA)],
    )
    publish(busy, signal("close", action="close", created_at=timestamp_text(after(seconds=1))))
    positions = {
        account_id: [issued(busy, name, account_id)[0].no for name in names] for account_id in ACCOUNTS
    }
    at_once(busy, [partial(_close_all, positions) for _ in range(3)])
    at_once(
        busy,
        [partial(_trade, busy, account_id, ea) for account_id in ACCOUNTS for ea in (FIRST_EA, SECOND_EA)],
    )

    with replayed(stack, stack.postgres.url(database=busy.name)) as (result, _):
        rows = {one.table: one.rows for one in result.comparisons}

    assert differences(result) == []
    assert rows["signal_outbox"] == SIGNALS + 1
    assert rows["trade_directives"] == 4 * SIGNALS
    assert rows["execution_events"] > 4 * SIGNALS
    assert rows["exposures"] == len(ACCOUNTS) * SIGNALS


def test_no_chain_is_out_of_step_with_the_journal(busy: Database) -> None:
    names = [f"signal {number}" for number in range(SIGNALS)]
    at_once(busy, [partial(_publish_all, names) for _ in range(2)])
    at_once(busy, [partial(_decide_all, names) for _ in range(3)])
    at_once(
        busy,
        [partial(_trade, busy, account_id, ea) for account_id in ACCOUNTS for ea in (FIRST_EA, SECOND_EA)],
    )

    out_of_step = busy.value(
        "select count(*) from (select sequence, row_number() over (partition by entity, key, created_at"
        " order by journal_id) as place from ledger.journal) j where sequence <> place"
    )
    assert out_of_step == 0


def _publish_all(names: list[str], party: Party) -> None:
    for name in names:
        publish(party, signal(name))


def _decide_all(names: list[str], party: Party) -> None:
    for name in names:
        decide(party, name, *(issue(account_id, opening()) for account_id in ACCOUNTS))


def _close_all(positions: dict[str, list[int]], party: Party) -> None:
    decide(
        party,
        "close",
        *(
            issue(account_id, *(closing(number, volume_lots="0.25") for number in numbers))
            for account_id, numbers in positions.items()
        ),
    )


def _trade(database: Database, account_id: str, instance_id: str, party: Party) -> None:
    """One terminal: asks for everything, and reports everything, whoever was granted it."""
    query = (
        "select directive_id::text as id, action from ledger.trade_directives"
        " where account_id = %s and status in ('pending', 'acknowledged') order by directive_no"
    )
    with database.connect("supabase_admin") as reader:
        for row in reader.execute(query.encode(), (account_id,)).fetchall():
            acknowledge(party, row["id"], account_id=account_id, instance_id=instance_id)
            kind = "order_filled" if row["action"] == "open" else "position_closed"
            volume = "1" if row["action"] == "open" else "0.25"
            told = event(row["id"], kind, name=instance_id, volume_lots=volume)
            deal = {"deal_ticket": str(int(uuid_of(row["id"]).replace("-", "")[:8], 16))}
            report(party, told | deal, account_id=account_id, instance_id=instance_id)


def _events(database: Database, directive_no: int, order: str) -> list[str]:
    query = f"select event from ledger.journal where entity = 'directive' and key = %s order by {order}"  # noqa: S608
    return [row["event"] for row in database.rows(query, str(directive_no))]
