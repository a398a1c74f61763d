"""How the schema itself is written: documented to the last column, and nothing left open."""

# ruff: noqa: S608 - what is put into these queries stands in this file

import re

import pytest

from tests.database.database import Database

SCHEMAS = "('ledger'::regnamespace, 'api'::regnamespace, 'history'::regnamespace, 'archive'::regnamespace)"


def test_every_table_and_partition_has_a_comment(migrated: Database) -> None:
    rows = migrated.rows(
        f"select oid::regclass::text as name from pg_class where relnamespace in {SCHEMAS}"
        " and relkind in ('r', 'p', 'v', 'm', 'f') and coalesce(obj_description(oid, 'pg_class'), '') = ''"
    )
    assert rows == []


def test_every_column_has_a_comment(migrated: Database) -> None:
    rows = migrated.rows(
        "select c.relname || '.' || a.attname as name from pg_class c"
        " join pg_attribute a on a.attrelid = c.oid"
        f" where c.relnamespace in {SCHEMAS} and c.relkind in ('r', 'p', 'v', 'm', 'f')"
        " and not c.relispartition"
        " and a.attnum > 0 and not a.attisdropped and coalesce(col_description(c.oid, a.attnum), '') = ''"
    )
    assert rows == []


def test_every_function_has_a_comment(migrated: Database) -> None:
    rows = migrated.rows(
        f"select oid::regprocedure::text as name from pg_proc where pronamespace in {SCHEMAS}"
        " and coalesce(obj_description(oid, 'pg_proc'), '') = ''"
    )
    assert rows == []


def test_every_policy_has_a_comment(migrated: Database) -> None:
    rows = migrated.rows(
        "select polrelid::regclass::text || ' ' || polname as name from pg_policy"
        " where coalesce(obj_description(oid, 'pg_policy'), '') = ''"
    )
    assert rows == []


def test_every_schema_role_and_type_has_a_comment(migrated: Database) -> None:
    schemas = migrated.rows(
        f"select nspname as name from pg_namespace where oid in {SCHEMAS}"
        " and coalesce(obj_description(oid, 'pg_namespace'), '') = ''"
    )
    roles = migrated.rows(
        "select rolname as name from pg_roles where rolname in ('generator', 'director', 'officer', 'feed',"
        " 'archivist', 'operator', 'auditor', 'gatekeeper', 'monitor')"
        " and coalesce(shobj_description(oid, 'pg_authid'), '') = ''"
    )
    types = migrated.rows(
        f"select typname as name from pg_type where typnamespace in {SCHEMAS} and typtype in ('e', 'd', 'r')"
        " and coalesce(obj_description(oid, 'pg_type'), '') = ''"
    )
    assert schemas + roles + types == []


def test_every_comment_is_a_sentence(migrated: Database) -> None:
    rows = migrated.rows(
        "select description from pg_description d join pg_class c on c.oid = d.objoid"
        f" where c.relnamespace in {SCHEMAS} union select description from pg_description d"
        f" join pg_proc p on p.oid = d.objoid where p.pronamespace in {SCHEMAS}"
    )
    unfinished = [row["description"] for row in rows if not re.search(r"[.)]$", row["description"])]
    assert unfinished == []


def test_every_function_names_the_schema_of_what_it_uses(migrated: Database) -> None:
    rows = migrated.rows(
        f"select oid::regprocedure::text as name from pg_proc where pronamespace in {SCHEMAS}"
        " and not coalesce(proconfig, '{}') @> array['search_path=\"\"']"
    )
    assert rows == []


def test_no_definer_function_is_open_to_everybody(migrated: Database) -> None:
    rows = migrated.rows(
        "select p.oid::regprocedure::text as name, r.role from pg_proc p,"
        " unnest(array['public', 'anon', 'authenticated', 'service_role', 'authenticator']) as r (role)"
        f" where p.pronamespace in {SCHEMAS} and has_function_privilege(r.role, p.oid, 'execute')"
    )
    assert rows == []


def test_only_what_needs_it_runs_as_the_owner(migrated: Database) -> None:
    rows = migrated.rows(
        "select pronamespace::regnamespace || '.' || proname as name from pg_proc"
        f" where pronamespace in {SCHEMAS} and prosecdef and prorettype <> 'trigger'::regtype order by 1"
    )
    # Settings, journal and its tree are nobody's; the owner makes and moves partitions; a lock needs a
    # privilege; a halt that closes writes what its operator may not; of the archive officers are told what
    # concerns them and one switch of their subscriptions, directors one number each of reports and of
    # bars and one switch of strategies, generators what is held still, and who brings bars which are read.
    assert [row["name"] for row in rows] == [
        "ledger.add_checkpoint",
        "ledger.archive_before",
        "ledger.archive_step",
        "ledger.archived_anomalies",
        "ledger.archived_status",
        "ledger.at",
        "ledger.begin",
        "ledger.check_signal_times",
        "ledger.close_halted",
        "ledger.expire_directives",
        "ledger.health",
        "ledger.latest_spread",
        "ledger.lock_accounts",
        "ledger.lock_directive",
        "ledger.lock_positions",
        "ledger.losing_streak",
        "ledger.metrics",
        "ledger.migration",
        "ledger.owner_facts",
        "ledger.poll_after_ms",
        "ledger.premake_partitions",
        "ledger.story_archived",
        "ledger.strategy_enabled",
        "ledger.strategy_holds",
        "ledger.subscribed",
        "ledger.wanted_bars",
    ]


@pytest.mark.parametrize("state", ["40001", "40P01", "serialization_failure", "deadlock_detected", "PGRST"])
def test_no_function_raises_an_error_that_postgrest_or_a_driver_would_retry(
    migrated: Database, state: str
) -> None:
    sources = migrated.rows(f"select prosrc from pg_proc where pronamespace in {SCHEMAS}")

    assert not any(state in row["prosrc"] for row in sources)


def test_every_update_and_delete_says_which_rows(migrated: Database) -> None:
    rows = migrated.rows(
        f"select oid::regprocedure::text as name, prosrc from pg_proc where pronamespace in {SCHEMAS}"
    )
    # Hosted projects load safeupdate, which refuses the others even inside functions.
    changing = re.compile(r"\b(?:update\s+ledger\.|delete\s+from\s)", re.IGNORECASE)
    found = 0
    for row in rows:
        for statement in _without_words(row["prosrc"]).split(";"):
            for match in changing.finditer(statement):
                found += 1
                assert re.search(r"\bwhere\b", statement[match.start() :], re.IGNORECASE), row["name"]
    assert found >= 5


def _without_words(source: str) -> str:
    """The source without its comments and strings, in which a word or a semicolon means nothing."""
    return re.sub(r"--[^\n]*|'(?:[^']|'')*'", "", source)


def test_every_foreign_key_of_a_story_carries_the_story_key(migrated: Database) -> None:
    rows = migrated.rows(
        "select conname, pg_get_constraintdef(oid) as definition from pg_constraint where contype = 'f'"
        " and conparentid = 0 and confrelid in (select partrelid from pg_partitioned_table)"
    )
    assert rows
    for row in rows:
        assert "(signal_id, symbol, created_at" in row["definition"], row["conname"]


def test_no_partition_takes_what_fits_no_month(migrated: Database) -> None:
    assert migrated.rows("select from pg_partitioned_table where partdefid <> 0") == []


def test_every_time_has_a_zone_and_no_amount_is_a_float(migrated: Database) -> None:
    rows = migrated.rows(
        "select c.relname || '.' || a.attname as name from pg_class c"
        " join pg_attribute a on a.attrelid = c.oid"
        f" where c.relnamespace in {SCHEMAS} and c.relkind in ('r', 'p') and a.attnum > 0 and a.atttypid in"
        " ('timestamp'::regtype, 'real'::regtype, 'double precision'::regtype, 'money'::regtype)"
    )
    assert rows == []


def test_requests_may_not_hold_anything_longer_than_an_officer_waits(migrated: Database) -> None:
    rows = migrated.rows(
        "select rolname, rolconfig from pg_roles"
        " where rolname in ('generator', 'director', 'officer', 'feed',"
        " 'archivist', 'operator', 'auditor', 'gatekeeper', 'monitor')"
    )
    assert len(rows) == 9
    for row in rows:
        assert {"statement_timeout=8s", "transaction_timeout=10s"} <= set(row["rolconfig"]), row["rolname"]
