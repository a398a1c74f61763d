"""Every status change there could be, tried by every role: only those written here are possible."""

from itertools import product

import pytest

from tests.database.database import Connection, Database, Refused, refusals

ROLES = (
    *("generator", "director", "officer", "feed", "archivist", "operator", "auditor", "gatekeeper"),
    *("monitor", "anon", "authenticated", "service_role", "authenticator", "postgres", "supabase_admin"),
)
TABLES = {"signal": "signal_outbox", "directive": "trade_directives"}
STATUSES = {
    "signal": ("pending", "processed", "archived"),
    "directive": ("pending", "acknowledged", "completed", "failed", "cancelled"),
}

# entity, from, to, role. From '' is a new row.
ALLOWED = {
    ("signal", "", "pending", "generator"),
    ("signal", "pending", "processed", "director"),
    ("signal", "processed", "archived", "archivist"),
    ("directive", "", "pending", "director"),
    ("directive", "pending", "acknowledged", "officer"),
    ("directive", "pending", "cancelled", "officer"),
    ("directive", "pending", "cancelled", "director"),
    ("directive", "pending", "cancelled", "archivist"),
    ("directive", "acknowledged", "completed", "officer"),
    ("directive", "acknowledged", "failed", "officer"),
    ("directive", "acknowledged", "cancelled", "officer"),
    ("signal", "", "pending", "operator"),
    ("signal", "pending", "processed", "operator"),
    ("directive", "", "pending", "operator"),
    ("directive", "pending", "cancelled", "operator"),
    ("directive", "acknowledged", "completed", "operator"),
    ("directive", "acknowledged", "failed", "operator"),
    ("directive", "acknowledged", "cancelled", "operator"),
}

# A copy of a row under a new key, as good as the first but for its status.
INSERTS = {
    "signal": "insert into ledger.signal_outbox select (jsonb_populate_record(s, jsonb_build_object("
    " 'status', %(status)s::text, 'signal_id', gen_random_uuid()))).* from ledger.signal_outbox s limit 1",
    "directive": "insert into ledger.trade_directives select (jsonb_populate_record(d, jsonb_build_object("
    " 'status', %(status)s::text, 'action', 'modify', 'target_directive_no', d.directive_no,"
    " 'directive_no', r.directive_no, 'directive_id', r.directive_id))).*"
    " from ledger.directive_registry r join ledger.trade_directives d using (signal_id, symbol, created_at)"
    " where r.directive_no not in (select directive_no from ledger.trade_directives) limit 1",
}
UPDATES = {
    "update": "update ledger.{table} set status = %(to)s where ctid = (select ctid from ledger.{table}"
    " where status = %(from)s limit 1) and tableoid = (select tableoid from ledger.{table}"
    " where status = %(from)s limit 1)",
    "merge": "merge into ledger.{table} t using"
    " (select * from ledger.{table} where status = %(from)s limit 1) s on {key}"
    " when matched then update set status = %(to)s",
    "upsert": "insert into ledger.{table} select * from (select * from ledger.{table} where status = %(from)s"
    " limit 1) s on conflict ({columns}) do update set status = %(to)s",
}
KEYS = {
    "signal": ("signal_id", "symbol", "created_at"),
    "directive": ("signal_id", "symbol", "created_at", "directive_no", "account_id"),
}


@pytest.fixture
def open_to_all(lived: Database) -> Database:
    """A ledger whose privileges and policies let everybody do everything: only the guards are left."""
    lived.execute("grant usage on schema ledger to public")
    lived.execute("grant execute on all functions in schema ledger to public")
    lived.execute("grant all on all tables in schema ledger to public")
    for table in (*TABLES.values(), "directive_registry"):
        lived.execute(f"create policy everybody on ledger.{table} to public using (true) with check (true)")
    lived.execute("grant authenticator to supabase_admin")
    # A number that no directive has yet, for the copies.
    lived.execute(
        "insert into ledger.directive_registry (directive_id, signal_id, symbol, created_at, account_id)"
        " select gen_random_uuid(), signal_id, symbol, created_at, account_id from ledger.trade_directives"
        " where action = 'open' and account_id = 'demo-1' limit 1"
    )
    _archive_one_signal(lived)
    return lived


def _archive_one_signal(database: Database) -> None:
    database.execute("alter table ledger.signal_outbox_2026_01 disable trigger all")
    database.execute(
        "update ledger.signal_outbox set status = 'archived' where signal_id ="
        " (select signal_id from ledger.signal_outbox where status = 'processed' order by signal_id limit 1)"
    )
    for trigger in (
        "enable trigger all",
        "enable always trigger a_guard_row",
        "enable always trigger b_guard_lifecycle",
    ):
        database.execute(f"alter table ledger.signal_outbox_2026_01 {trigger}")


def _tried(connection: Connection, statement: str, **values: str) -> str:
    """Whether a statement may change exactly one row: `allowed`, or the code it is refused with."""
    try:
        with connection.transaction(force_rollback=True), refusals():
            done = connection.execute(statement.encode(), values)
            assert done.rowcount == 1, (statement, values)
    except Refused as refused:
        return refused.code
    return "allowed"


def _update(entity: str, way: str) -> str:
    key = " and ".join(f"t.{column} = s.{column}" for column in KEYS[entity])
    return UPDATES[way].format(table=TABLES[entity], key=key, columns=", ".join(KEYS[entity]))


def test_the_lifecycle_table_says_what_is_written_here(lived: Database) -> None:
    rows = lived.rows("select entity, from_status, to_status, role, because from ledger.lifecycle")

    assert {(r["entity"], r["from_status"], r["to_status"], r["role"]) for r in rows} == ALLOWED
    assert all(row["because"] for row in rows)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_makes_the_status_changes_of_the_lifecycle_and_no_other(
    open_to_all: Database, role: str
) -> None:
    attempts = {
        (entity, old, new, role)
        for entity, statuses in STATUSES.items()
        for old, new in product(("", *statuses), statuses)
    }
    verdicts = {}
    with open_to_all.acting_as(role, "demo-1") as connection:
        for attempt in attempts:
            entity, old, new, _ = attempt
            statement = _update(entity, "update") if old else INSERTS[entity]
            values = {"from": old, "to": new} if old else {"status": new}
            verdicts[attempt] = _tried(connection, statement, **values)

    allowed = {attempt for attempt, verdict in verdicts.items() if verdict == "allowed"}
    assert allowed == {attempt for attempt in ALLOWED if attempt[-1] == role}
    assert set(verdicts.values()) <= {"allowed", "lifecycle_violation"}


@pytest.mark.parametrize("way", UPDATES)
@pytest.mark.parametrize("role", ["officer", "director", "postgres"])
def test_no_form_of_update_gets_around_the_lifecycle(open_to_all: Database, role: str, way: str) -> None:
    with open_to_all.acting_as(role, "demo-1") as connection:
        for old, new in product(STATUSES["directive"], repeat=2):
            verdict = _tried(connection, _update("directive", way), **{"from": old, "to": new})
            # An upsert is a new row first, and refused as such where that would be.
            steps = [("", old), (old, new)] if way == "upsert" else [(old, new)]
            possible = all(("directive", *step, role) in ALLOWED for step in steps)
            assert (verdict == "allowed") == possible, (old, new)


def test_a_session_that_switches_ordinary_triggers_off_does_not_get_around_the_lifecycle(
    open_to_all: Database,
) -> None:
    open_to_all.execute("set local session_replication_role = replica")
    with open_to_all.acting_as("supabase_admin") as connection:
        for old, new in product(STATUSES["directive"], repeat=2):
            assert _tried(connection, _update("directive", "update"), **{"from": old, "to": new}) != "allowed"
