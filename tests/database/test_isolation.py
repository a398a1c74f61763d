"""No account's officer sees or touches another's, whatever a function in between might get wrong."""

# ruff: noqa: S608 - what is put into these queries stands in this file

from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.database.database import Connection, Database, Refused
from tests.database.story import uuid_of

# Every table that says whose its rows are; api_keys, decisions and subscriptions no officer reads at all.
OWNED = (
    "account_states",
    "accounts",
    "directive_acknowledgements",
    "directive_registry",
    "discrepancies",
    "equity_marks",
    "event_registry",
    "execution_events",
    "exposures",
    "instruments",
    "officer_instances",
    "trade_directives",
    "unmatched_reports",
)
HIDDEN = ("api_keys", "risk_decisions", "signal_outbox", "subscriptions")
INSERTED = (
    "account_states",
    "directive_acknowledgements",
    "discrepancies",
    "equity_marks",
    "event_registry",
    "execution_events",
    "instruments",
    "officer_instances",
    "unmatched_reports",
)
OVERWRITTEN = ("account_states", "equity_marks", "instruments", "officer_instances")


def _copy(connection: Connection, table: str, row: dict[str, Any], **changes: Any) -> None:
    """Insert a row again as whoever the session is, with changes; identities are left to the table."""
    values = {name: value for name, value in (row | changes).items() if name != "discrepancy_no"}
    names = ", ".join(values)
    places = ", ".join(["%s"] * len(values))
    connection.execute(
        f"insert into ledger.{table} ({names}) values ({places})".encode(),
        [Jsonb(v) if isinstance(v, dict) or name == "discrepancies" else v for name, v in values.items()],
    )


def test_every_table_that_names_an_account_is_tested_here(migrated: Database) -> None:
    rows = migrated.rows(
        "select c.relname from pg_class c"
        " join pg_attribute a on a.attrelid = c.oid and a.attname = 'account_id'"
        " where c.relnamespace = 'ledger'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition"
    )

    assert {row["relname"] for row in rows} == {*OWNED, *HIDDEN}


def test_an_officer_sees_all_of_its_own_rows_and_none_of_another_s(lived: Database) -> None:
    for table in OWNED:
        count = lived.value(f"select count(*) from ledger.{table} where account_id = 'demo-1'")
        with lived.acting_as("officer", "demo-1") as officer:
            rows = officer.execute(f"select account_id from ledger.{table}".encode()).fetchall()
        assert [row["account_id"] for row in rows] == ["demo-1"] * count, table
        assert count > 0, table


@pytest.mark.parametrize("account_id", [None, "", "nobody", "DEMO-1"])
def test_an_officer_of_no_account_sees_nothing(lived: Database, account_id: str | None) -> None:
    with lived.acting_as("officer", account_id) as officer:
        for table in OWNED:
            assert officer.execute(f"select from ledger.{table}".encode()).fetchall() == [], table


def test_an_officer_cannot_insert_a_row_in_another_account_s_name(lived: Database) -> None:
    for table in INSERTED:
        row = lived.rows(f"select * from ledger.{table} where account_id = 'demo-2' limit 1")[0]
        with (
            lived.acting_as("officer", "demo-1") as officer,
            pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level"),
        ):
            _copy(officer, table, row)


def test_an_officer_s_update_of_another_account_s_rows_touches_none(lived: Database) -> None:
    with lived.acting_as("officer", "demo-1") as officer:
        for table in OVERWRITTEN:
            done = officer.execute(
                f"update ledger.{table} set account_id = account_id where account_id = 'demo-2'".encode()
            )
            assert done.rowcount == 0, table
        done = officer.execute(
            "update ledger.trade_directives set status = 'acknowledged' where account_id = 'demo-2'"
        )
        assert done.rowcount == 0


def test_an_officer_cannot_give_its_rows_to_another_account(lived: Database) -> None:
    with lived.acting_as("officer", "demo-1") as officer:
        for table in OVERWRITTEN:
            stolen = f"update ledger.{table} set account_id = 'demo-2'"
            refused = pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level")
            with refused, officer.transaction():
                officer.execute(stolen.encode())


@pytest.mark.parametrize("table", ["directive_acknowledgements", "execution_events"])
def test_an_officer_cannot_write_about_another_account_s_directive_in_its_own_name(
    lived: Database, table: str
) -> None:
    row = lived.rows(f"select * from ledger.{table} where account_id = 'demo-2' limit 1")[0]
    own = {"account_id": "demo-1"} | (
        {"event_id": uuid_of("my own fact")}
        if table == "execution_events"
        else {"acknowledgement_no": 9, "takeover": True}
    )

    with lived.acting_as("officer", "demo-1") as officer:
        officer.execute(
            "insert into ledger.event_registry (account_id, event_id, content_hash, directive_id)"
            " values ('demo-1', %s, '\\x00', %s)",
            (uuid_of("my own fact"), uuid_of("whatever")),
        )
        with pytest.raises(psycopg.errors.ForeignKeyViolation), officer.transaction():
            _copy(officer, table, row, **own)


def test_an_officer_sees_halts_that_concern_it_and_no_other_account_s(lived: Database) -> None:
    with lived.acting_as("officer", "demo-1") as officer:
        rows = officer.execute(
            "select distinct scope, value from ledger.trading_halts order by scope"
        ).fetchall()

    assert [(row["scope"], row["value"]) for row in rows] == [("account", "demo-1"), ("global", "")]


@pytest.mark.parametrize(
    ("role", "account_id", "own"),
    [
        ("feed", None, "feed"),
        ("officer", "demo-1", "account:demo-1"),
        ("officer", "demo-2", "account:demo-2"),
    ],
)
def test_bars_belong_to_their_source(lived: Database, role: str, account_id: str | None, own: str) -> None:
    row = lived.rows("select * from ledger.bars limit 1")[0]
    with lived.acting_as(role, account_id) as caller:
        seen = caller.execute("select source from ledger.bars").fetchall()
        assert [bar["source"] for bar in seen] == [own]
        _copy(caller, "bars", row, source=own, symbol="USDJPY")
        for other in {"feed", "account:demo-1", "account:demo-2"} - {own}:
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level"), caller.transaction():
                _copy(caller, "bars", row, source=other, symbol="USDJPY")


def test_a_partition_cannot_be_read_or_written_past_the_policies_of_its_table(lived: Database) -> None:
    for role in ("officer", "director", "auditor", "operator"):
        with lived.acting_as(role, "demo-1") as caller:
            for table in ("trade_directives_2026_01", "journal_standing", "execution_events_2026_01"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege), caller.transaction():
                    caller.execute(f"select from ledger.{table}".encode())


def test_an_officer_without_an_account_cannot_store_bars(database: Database) -> None:
    prices = dict.fromkeys(("open", "high", "low", "close"), "1")
    bar = {"symbol": "EURUSD", "timeframe": "H1", "opened_at": "2026-01-05T10:00:00Z"} | prices
    counts = dict.fromkeys(("tick_volume", "spread_points"), 1)

    with pytest.raises((psycopg.errors.InsufficientPrivilege, Refused)):
        database.call("officer", "store_bars", p_bars=[bar | counts])
