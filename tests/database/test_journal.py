"""The journal: every change under its name, chained so that anybody can recompute it."""

# ruff: noqa: S608 - what is put into these queries stands in this file

import hashlib

import pytest

from tests.database import chain
from tests.database.database import Database
from tests.database.history import EVENTS
from tests.database.story import acknowledge, directive, event, report, uuid_of
from tests.support.clock import T0

# What is kept in no chain: caches, look-ups that follow from journaled rows, the voluminous.
UNJOURNALED = {
    "account_states",
    "bars",
    "checkpoints",
    "directive_registry",
    "equity_marks",
    "event_registry",
    "exposures",
    "instruments",
    "journal",
    "journal_epochs",
    "merkle_leaves",
    "merkle_nodes",
    "officer_instances",
    "partitioned_months",
    "signal_registry",
}
NEWEST_ROW = "where journal_id = (select max(journal_id) from ledger.journal)"
LAST_ROW = "where journal_id = (select max(journal_id) from ledger.journal where key = 'demo-1')"


def test_everything_that_can_happen_is_journaled_under_its_name(lived: Database) -> None:
    rows = lived.rows("select distinct entity, event from history.journal")
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["entity"], set()).add(row["event"])

    assert found == EVENTS


def test_every_event_name_of_the_triggers_happened_in_the_history(lived: Database) -> None:
    rows = lived.rows(
        "select distinct encode(tgargs, 'escape') as arguments from pg_trigger"
        " where tgname like 'z\\_journal\\_%'"
    )
    patterns = {row["arguments"].split("\\000")[2] for row in rows}
    happened = set().union(*EVENTS.values())

    assert len(patterns) >= 15
    for pattern in patterns:
        assert any(
            name == pattern or ("%s" in pattern and name.startswith(pattern[:-2])) for name in happened
        )


def test_every_other_table_is_journaled_when_it_is_written(migrated: Database) -> None:
    rows = migrated.rows(
        "select distinct c.relname from pg_trigger t join pg_class c on c.oid = t.tgrelid"
        " where t.tgname like 'z\\_journal\\_%' and not c.relispartition"
    )

    assert {row["relname"] for row in rows} == set(migrated.tables()) - UNJOURNALED


def test_each_row_of_each_journaled_table_is_in_the_journal_as_it_is_now(lived: Database) -> None:
    entities = {
        "signal_outbox": ("signal", "signal_id::text"),
        "risk_decisions": ("decision", "signal_id || '/' || account_id"),
        "accounts": ("account", "account_id"),
        "strategies": ("strategy", "strategy_id"),
        "subscriptions": ("subscription", "account_id || '/' || strategy_id"),
        "api_keys": ("api_key", "key_id"),
        "discrepancies": ("discrepancy", "discrepancy_no::text"),
        "operator_actions": ("operator_action", "action_no::text"),
    }
    for table, (entity, key) in entities.items():
        differing = lived.value(
            f"select count(*) from ledger.{table} t left join lateral (select payload from ledger.journal j"
            f" where j.entity = '{entity}' and j.key = {key} order by sequence desc limit 1) j on true"
            " where j.payload::jsonb is distinct from to_jsonb(t)"
        )
        assert differing == 0, table
    directives = lived.value(
        "select count(*) from ledger.trade_directives d where not exists (select from ledger.journal j"
        " where j.entity = 'directive' and j.key = d.directive_no::text and j.payload::jsonb = to_jsonb(d))"
    )
    assert directives == 0


def test_a_status_change_that_is_added_to_the_lifecycle_is_journaled(database: Database) -> None:
    database.execute(
        "insert into ledger.lifecycle (entity, from_status, to_status, role, because)"
        " values ('directive', 'failed', 'completed', 'officer', 'A test says so.')"
    )

    (row,) = database.rows(f"select * from ledger.journal {NEWEST_ROW}")
    assert (row["event"], row["key"]) == ("lifecycle.extended", "directive/failed/completed/officer")
    assert row["payload"]["because"] == "A test says so."


def test_a_chain_says_who_did_what_in_which_request_and_when(database: Database) -> None:
    made = directive(database)
    acknowledge(database, made.id)
    report(database, event(made.id))

    rows = database.rows(
        "select * from ledger.journal where entity = 'directive' and key = %s order by sequence", str(made.no)
    )

    assert [(row["sequence"], row["event"], row["actor"], row["subject"]) for row in rows] == [
        (1, "directive.issued", "director", "key-of-director"),
        (2, "directive.acknowledged", "officer", "key-of-officer"),
        (3, "acknowledgement.granted", "officer", "key-of-officer"),
        (4, "execution.order_filled", "officer", "key-of-officer"),
        (5, "directive.completed", "officer", "key-of-officer"),
    ]
    for row in rows:
        assert (row["request_id"], row["recorded_at"], row["created_at"]) == ("request-of-a-test", T0, T0)
        assert row["contract_version"] == 1


def test_every_chain_recomputed_outside_the_database_is_the_same(lived: Database) -> None:
    rows = lived.rows(chain.READ)

    assert len(rows) > 100
    assert chain.faults(rows) == []


def test_the_hash_is_over_what_the_column_s_comment_says(lived: Database) -> None:
    columns = lived.rows(
        "select attname as name, col_description(attrelid, attnum) as comment from pg_attribute"
        " where attrelid = 'ledger.journal'::regclass and attnum > 0 order by attnum"
    )
    names = [column["name"] for column in columns]

    assert tuple(names[1 : names.index("hash")]) == chain.HASHED
    assert names[0] == "journal_id"
    comment = columns[names.index("hash")]["comment"]
    assert "all columns above but journal_id" in comment
    assert "SHA-256 over ledger.netstrings" in comment


def test_netstrings_tell_every_list_of_fields_apart(database: Database) -> None:
    fields = ["", None, "ünï", "1:a,", "a" * 300]

    assert database.value(
        "select ledger.netstrings(variadic %s::text[])", fields
    ).encode() == chain.netstrings(fields)
    assert chain.netstrings([None]) == b":,"
    assert chain.netstrings([""]) == b"0:,"


@pytest.fixture
def unguarded(lived: Database) -> Database:
    """A ledger whose journal a superuser has taken the guards off."""
    for partition in ("journal_standing", "journal_2026_01"):
        lived.execute(f"alter table ledger.{partition} disable trigger all")
    lived.execute("alter table ledger.journal disable trigger all")
    return lived


TAMPERING = {
    "a payload": "update ledger.journal"
    " set payload = replace(payload::text, 'Example', 'Examp1e')::json {row}",
    "the spelling of a payload": "update ledger.journal set payload = (payload::text || ' ')::json {row}",
    "an event": "update ledger.journal set event = 'account.opened' {row}",
    "the actor": "update ledger.journal set actor = 'auditor' {row}",
    "the subject": "update ledger.journal set subject = null {row}",
    "the request": "update ledger.journal set request_id = '' {row}",
    "the time": "update ledger.journal set recorded_at = recorded_at + interval '1 microsecond' {row}",
    "the contract version": "update ledger.journal set contract_version = 2 {row}",
    "a row within": "delete from ledger.journal where entity = 'directive' and sequence = 2",
    "the first row": "delete from ledger.journal where entity = 'account' and sequence = 1",
    "the key": "update ledger.journal set key = 'demo-3' {row}",
}


@pytest.mark.parametrize("what", TAMPERING)
def test_a_superuser_who_tampers_with_a_row_is_found_out(unguarded: Database, what: str) -> None:
    unguarded.execute(TAMPERING[what].format(row=LAST_ROW))

    assert chain.faults(unguarded.rows(chain.READ)) != []


def test_a_superuser_who_rewrites_a_row_and_its_hash_breaks_the_row_after_it(unguarded: Database) -> None:
    (row,) = unguarded.rows(
        chain.READ.replace(
            " order by", " where entity = 'account' and key = 'demo-1' and sequence = 1 order by"
        )
    )
    forged = dict(row) | {"actor": "auditor"}
    digest = hashlib.sha256(chain.netstrings(forged[name] for name in chain.HASHED)).digest()
    unguarded.execute(
        "update ledger.journal set actor = 'auditor', hash = %s where hash = %s", digest, row["hash"]
    )

    assert chain.faults(unguarded.rows(chain.READ)) == [
        "account demo-1 2: it does not seal the row before it"
    ]


def test_two_rows_of_a_chain_cannot_have_one_place(migrated: Database) -> None:
    unique = migrated.rows(
        "select conname from pg_constraint where conrelid = 'ledger.journal'::regclass and contype = 'u'"
        " and pg_get_constraintdef(oid) = 'UNIQUE (entity, key, sequence, created_at)'"
    )

    assert len(unique) == 1


def test_the_journal_is_kept_even_where_ordinary_triggers_are_off(lived: Database) -> None:
    lived.execute("set local session_replication_role = replica")
    with lived.acting_as("supabase_admin") as connection:
        connection.execute("update ledger.accounts set enabled = false where account_id = 'demo-1'")
        rows = connection.execute(
            "select event, actor from ledger.journal order by journal_id desc limit 1"
        ).fetchall()

    assert rows == [{"event": "account.changed", "actor": "supabase_admin"}]


def test_what_a_transaction_wrote_can_be_told_by_its_number(clone: Database) -> None:
    directive(clone)
    rows = clone.rows(
        "select xid::text, array_agg(event order by journal_id) as events from ledger.journal group by xid"
    )
    by_transaction = [row["events"] for row in rows]

    assert ["signal.published"] in by_transaction
    assert ["decision.issued", "directive.issued", "decision.declined", "signal.processed"] in by_transaction
    assert uuid_of("signal") in clone.value("select string_agg(key, ' ') from ledger.journal")


def test_a_session_that_shows_bytes_in_another_way_writes_the_same_payload(lived: Database) -> None:
    lived.execute("set local bytea_output = 'escape'")
    key = {"key_id": "k" * 12, "secret_hash": "ab" * 32, "role": "auditor", "account_id": None, "label": "x"}

    lived.call("operator", "issue_api_key", p_key=key)

    query = "select payload ->> 'secret_hash' from ledger.journal where entity = 'api_key' and key = %s"
    assert lived.value(query, "k" * 12) == "\\x" + "ab" * 32
