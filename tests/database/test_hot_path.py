"""The doors that are called all day stay fast however much has happened before."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from scripts.tools.stack import Stack
from tests.database.checkpoints import make, settle
from tests.database.database import Connection, Database
from tests.database.story import (
    FIRST_EA,
    acknowledge,
    decline,
    directive,
    event,
    issue,
    issued,
    opened,
    publish,
    report,
    signal,
    uuid_of,
)
from tests.support.clock import T0, after

FINISHED = 4_000

# Finished stories, written past guards and triggers: through the doors they would take minutes.
FILLED = {
    "signal_outbox": "'status', 'processed'",
    "risk_decisions": "'outcome', 'declined', 'reason', 'test'",
    "trade_directives": "'status', 'completed', 'directive_no', 1000000 + n,"
    " 'directive_id', md5('d' || n)::uuid",
}
FILL = """
insert into ledger.{table} select (jsonb_populate_record(null::ledger.{table},
    to_jsonb(s) || jsonb_build_object('signal_id', md5(n::text)::uuid, {changes}))).*
from (select * from ledger.{table} limit 1) s, generate_series(1, {number}) n
"""

WAIT = """
insert into ledger.journal
    (entity, key, sequence, event, created_at, actor, recorded_at, contract_version, payload, hash)
select 'test', n::text, 1, 'test.written', %s, 'nobody', %s, 1, '{}', sha256(int4send(n))
from generate_series(1, %s) n
"""


@pytest.fixture(scope="module")
def busy(stack: Stack, stocked: str) -> Iterator[Database]:
    """A ledger with 4,000 finished stories and two of each kind that wait."""
    stack.clone_database("busy", stocked)
    database = Database(stack, "busy")
    made = [directive(database, f"waiting {n}") for n in range(4)]
    acknowledge(database, made[0].id, made[1].id)
    publish(database, signal("undecided 1"), signal("undecided 2"))
    for table, changes in FILLED.items():
        partition = f"ledger.{table}_2026_01"
        database.execute(f"alter table {partition} disable trigger all")
        database.execute(FILL.format(table=table, changes=changes, number=FINISHED))
        database.execute(f"alter table {partition} enable trigger all")
    database.execute("analyze")
    yield database
    database.close()
    stack.drop_database("busy")


def plans(database: Database, role: str, call: Callable[[Connection], Any]) -> list[str]:
    """The plans of all statements inside a call, as they really ran: auto_explain tells them."""
    with database.connect("supabase_admin") as connection:
        told: list[str] = []
        connection.add_notice_handler(lambda notice: told.append(notice.message_primary or ""))
        connection.execute("load 'auto_explain'")
        for name, value in {
            "auto_explain.log_min_duration": "0",
            "auto_explain.log_nested_statements": "on",
            "auto_explain.log_analyze": "on",
            "auto_explain.log_timing": "off",
            "client_min_messages": "log",
        }.items():
            connection.execute("select set_config(%s, %s, false)", (name, value))
        with connection.transaction():
            connection.execute(
                "select set_config('role', %s, true), set_config('request.jwt.claims', %s, true)",
                (role, '{"account_id": "demo-1"}'),
            )
            call(connection)
    return [message for message in told if "plan:" in message]


def rows_read(found: list[str], table: str) -> int:
    """The most rows that any scan of a table's partitions produced or threw away."""
    numbers = [0]
    for plan in found:
        for node in re.split(r"\n\s*->", plan):
            if re.search(rf" on {table}_\d", node):
                counts = re.findall(r"\(actual rows=(\d+) |Rows Removed by Filter: (\d+)", node)
                numbers.append(sum(int(kept or removed) for kept, removed in counts))
    return max(numbers)


def poll(connection: Connection) -> Any:
    request = Jsonb({"instance_id": FIRST_EA, "max_directives": 10, "unresolved": []})
    return connection.execute("select api.poll_directives(%s, %s) as a", (request, T0)).fetchone()


def pending(connection: Connection) -> Any:
    return connection.execute("select api.pending_signals(10, 500, p_at => %s) as a", (T0,)).fetchone()


def test_a_poll_reads_what_is_open_through_the_partial_indexes_and_nothing_that_is_finished(
    busy: Database,
) -> None:
    found = plans(busy, "officer", poll)

    text = "\n".join(found)
    assert "trade_directives_2026_01_account_id_status_created_at_idx" in text
    assert not re.search(r"Seq Scan on trade_directives_2026_01", text)
    assert 0 < rows_read(found, "trade_directives") <= 4


def test_pending_signals_are_read_through_the_partial_index_and_no_processed_one(busy: Database) -> None:
    found = plans(busy, "director", pending)

    text = "\n".join(found)
    assert "signal_outbox_2026_01_status_created_at_idx" in text
    assert not re.search(r"Seq Scan on (signal_outbox|risk_decisions)_2026_01", text)
    assert 0 < rows_read(found, "signal_outbox") <= 2


def test_an_ack_finds_its_directive_by_its_key(busy: Database) -> None:
    (waiting,) = busy.rows(
        "select directive_id from ledger.trade_directives where status = 'pending'"
        " order by directive_no limit 1"
    )
    request = {"instance_id": FIRST_EA, "directive_ids": [str(waiting["directive_id"])]}

    found = plans(
        busy,
        "officer",
        lambda c: c.execute("select api.acknowledge_directives(%s, %s)", (Jsonb(request), T0)),
    )

    assert not re.search(r"Seq Scan on trade_directives_2026_01", "\n".join(found))
    assert 0 < rows_read(found, "trade_directives") <= 2


def test_losses_in_a_row_are_read_through_their_index_and_no_more_than_they_take(clone: Database) -> None:
    made = opened(clone, "held")
    report(clone, event(made.id, "position_closed", profit="-5"))
    partition = "ledger.execution_events_2026_01"
    clone.execute(f"alter table {partition} disable trigger all")
    changes = (
        "'kind', 'position_closed', 'event_id', md5('e' || n)::uuid,"
        " 'occurred_at', occurred_at - n * interval '1 s'"
    )
    clone.execute(FILL.format(table="execution_events", changes=changes, number=FINISHED))
    clone.execute(f"alter table {partition} enable trigger all")
    clone.execute("analyze")

    found = plans(clone, "director", lambda c: c.execute("select ledger.losing_streak('demo-1', 3)"))

    text = "\n".join(found)
    assert "execution_events_2026_01_account_id_least_recorded_at_occur_idx" in text
    assert "Seq Scan on execution_events_2026_01" not in text
    assert 0 < rows_read(found, "execution_events") <= 3 * 3 + 1


def test_what_is_planned_while_a_month_is_nearly_empty_is_found_by_index_when_it_is_full(
    clone: Database,
) -> None:
    # A plan is kept after some calls: it must not be one that reads the table whole, small as that is now.
    names = [f"signal {number}" for number in range(8)]
    wider = {"max_open_positions_account": 20, "max_open_positions_symbol": 20}
    clone.call("operator", "change_account", p_account_id="demo-1", p_changes=wider)
    publish(clone, *(signal(name) for name in names))
    clone.execute("analyze")

    def decide_all(connection: Connection) -> None:
        for name in names:
            decisions = Jsonb([issue("demo-1"), decline("demo-2")])
            connection.execute("select api.decide_signal(%s, %s, %s)", (uuid_of(name), decisions, T0))

    found = plans(clone, "director", decide_all)

    assert len(issued(clone, names[-1])) == 1
    # What is asked once a call, and not for each account, may read what it likes.
    each = [plan for plan in found if "update ledger.signal_outbox" not in plan and "jsonb_agg" not in plan]
    scanned = re.findall(r"Seq Scan on (\w+).*\(actual", "\n".join(each))
    assert [
        table for table in scanned if table.startswith(("risk_", "trade_", "exposures", "directive_"))
    ] == []


def test_a_checkpoint_reads_the_rows_it_covers_however_many_wait(busy: Database) -> None:
    # One transaction: the order of the tree within it is an index's, too.
    busy.execute(WAIT, T0, T0, FINISHED)
    settle(busy)
    make(busy, 100)

    found = plans(busy, "archivist", lambda c: c.execute("select api.make_checkpoint(50, %s)", (T0,)))

    assert not re.search(r"Seq Scan on journal_2026_01", "\n".join(found))
    assert 0 < rows_read(found, "journal") <= 50


def test_the_indexes_of_what_is_open_hold_nothing_else(migrated: Database) -> None:
    rows = migrated.rows(
        "select c.relname, pg_get_expr(i.indpred, i.indrelid) as only from pg_index i"
        " join pg_class c on c.oid = i.indexrelid where i.indrelid in"
        " ('ledger.trade_directives'::regclass, 'ledger.signal_outbox'::regclass) and i.indpred is not null"
    )

    assert {row["relname"]: row["only"] for row in rows} == {
        "signal_outbox_pending": "(status = 'pending'::text)",
        "trade_directives_acknowledged": "(status = 'acknowledged'::text)",
        "trade_directives_pending": "(status = 'pending'::text)",
        "trade_directives_target": "(target_directive_no IS NOT NULL)",
    }


def test_a_poll_after_the_first_writes_nothing_at_all(busy: Database) -> None:
    with busy.party() as party:
        for seconds in (0, 1, 4):
            with party.acting_as("officer", "demo-1") as connection:
                request = Jsonb({"instance_id": FIRST_EA, "max_directives": 9, "unresolved": []})
                connection.execute("select api.poll_directives(%s, %s)", (request, after(seconds=seconds)))
                row = connection.execute("select pg_current_xact_id_if_assigned() as xid").fetchone()
            assert row == {"xid": None}


@pytest.mark.parametrize(("role", "function"), [("auditor", "doctor"), ("monitor", "metrics")])
def test_who_looks_after_the_ledger_reads_nothing_that_is_finished(
    busy: Database, role: str, function: str
) -> None:
    call = f"select api.{function}(%s)".encode()

    found = plans(busy, role, lambda c: c.execute(call, (after(minutes=20),)).fetchone())

    assert 0 < rows_read(found, "trade_directives") <= 4
    assert 0 < rows_read(found, "signal_outbox") <= 2
    assert rows_read(found, "execution_events") == 0


BARS = """
insert into ledger.bars
    (source, symbol, timeframe, opened_at, open, high, low, close, tick_volume, spread_points, version)
select 'feed', 'EURUSD', 'H1', timestamptz '2026-01-05T11:00Z' - n * interval '1 hour',
    1.1, 1.1, 1.1, 1.1, 1, 1, v
from generate_series(0, 19999) n, generate_series(1, 2) v
"""


def inputs(connection: Connection) -> Any:
    return connection.execute("select api.generator_inputs(null, %s) as a", (T0,)).fetchone()


def test_the_generator_reads_its_window_backwards_and_no_bar_before_it(busy: Database) -> None:
    busy.execute(BARS)
    busy.execute("analyze ledger.bars")
    [plan] = [each for each in plans(busy, "generator", inputs) if "bars_pkey" in each]

    # 281 bars of two versions each, and the one that shows that the last of them is over.
    [read] = re.findall(r"Index Scan Backward using bars_pkey.*?\(actual rows=(\d+) ", plan)
    assert int(read) <= 2 * 281 + 1
    assert not re.search(r"Sort.*\n.*Unique", plan)
