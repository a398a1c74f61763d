"""Who may do what to which table, column and function: written out here, compared with the database."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.database.database import Database
from tests.database.privileges import ACTORS, ARGUMENTS, DOORS, EXPECTED, HELPERS, OTHERS

OPERATIONS = ("select", "insert", "update", "delete", "truncate", "references", "trigger", "maintain")


def _expected() -> Iterator[tuple[str, str, str]]:
    for table, roles in EXPECTED.items():
        for role, operations in roles.items():
            for operation in operations:
                name, _, columns = operation.partition(": ")
                if not columns:
                    yield table, role, name
                for column in columns.split():
                    yield f"{table}.{column}", role, name


def _found(database: Database) -> set[tuple[str, str, str]]:
    """Every privilege on a table or partition, and on a column where not on its whole table."""
    tables = database.rows(
        "with roles as (select unnest(%s::text[]) as role),"
        " operations as (select unnest(%s::text[]) as operation)"
        " select c.relname as name, r.role, o.operation from pg_class c, roles r, operations o"
        " where c.relnamespace = 'ledger'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')"
        " and has_table_privilege(r.role, c.oid, o.operation)",
        [*ACTORS, *OTHERS],
        list(OPERATIONS),
    )
    columns = database.rows(
        "with roles as (select unnest(%s::text[]) as role),"
        " operations as (select unnest(%s::text[]) as operation)"
        " select c.relname || '.' || a.attname as name, r.role, o.operation"
        " from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0, roles r, operations o"
        " where c.relnamespace = 'ledger'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')"
        " and has_column_privilege(r.role, c.oid, a.attnum, o.operation)"
        " and not has_table_privilege(r.role, c.oid, o.operation)",
        [*ACTORS, *OTHERS],
        ["select", "insert", "update", "references"],
    )
    return {(row["name"], row["role"], row["operation"]) for row in tables + columns}


def test_every_role_may_do_to_every_table_and_partition_exactly_what_is_written_here(
    migrated: Database,
) -> None:
    expected = set(_expected())
    found = _found(migrated)

    assert sorted(found - expected) == []
    assert sorted(expected - found) == []


def test_every_table_is_in_the_list_and_each_that_can_be_read_has_policies(migrated: Database) -> None:
    assert migrated.tables() == sorted(EXPECTED)
    unprotected = migrated.rows(
        "select relname from pg_class where relnamespace = 'ledger'::regnamespace and relkind in ('r', 'p')"
        " and not relrowsecurity"
    )
    assert unprotected == []


def test_a_role_has_a_policy_for_each_operation_it_is_granted_and_for_no_other(migrated: Database) -> None:
    policies = migrated.rows(
        "select tablename, lower(cmd) as operation, unnest(roles)::text as role from pg_policies"
        " where schemaname = 'ledger'"
    )
    expected = {(name.partition(".")[0], role, operation) for name, role, operation in _expected()}

    assert {(p["tablename"], p["role"], p["operation"]) for p in policies} == expected


@pytest.mark.parametrize(("schema", "expected"), [("api", DOORS), ("ledger", HELPERS)])
def test_every_function_may_be_called_by_exactly_the_roles_written_here(
    migrated: Database, schema: str, expected: dict[str, set[str]]
) -> None:
    rows = migrated.rows(
        "select p.proname as name, r.role from pg_proc p, unnest(%s::text[]) as r (role)"
        " where p.pronamespace = %s::regnamespace and has_function_privilege(r.role, p.oid, 'execute')",
        [*ACTORS, *OTHERS],
        schema,
    )
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["name"], set()).add(row["role"])

    assert found == expected


def test_every_door_is_a_function_somebody_may_use(migrated: Database) -> None:
    rows = migrated.rows("select proname from pg_proc where pronamespace = 'api'::regnamespace")

    assert sorted(row["proname"] for row in rows) == sorted(DOORS)


def test_actors_use_their_schemas_and_create_in_none_and_nobody_else_gets_in(migrated: Database) -> None:
    rows = migrated.rows(
        "select r.role, s.name, o.operation from unnest(%s::text[]) as r (role),"
        " (values ('ledger'), ('api'), ('history'), ('archive')) as s (name),"
        " (values ('usage'), ('create')) as o (operation)"
        " where has_schema_privilege(r.role, s.name, o.operation)",
        [*ACTORS, *OTHERS],
    )

    expected = {(role, schema, "usage") for role in ACTORS for schema in ("ledger", "api")}
    expected |= {
        (role, schema, "usage")
        for role in ("archivist", "operator", "auditor")
        for schema in ("history", "archive")
    }
    assert {(row["role"], row["name"], row["operation"]) for row in rows} == expected


def test_no_sequence_can_be_moved_by_anybody(migrated: Database) -> None:
    rows = migrated.rows(
        "select c.relname, r.role from pg_class c, unnest(%s::text[]) as r (role)"
        " where c.relkind = 'S' and c.relnamespace = 'ledger'::regnamespace"
        " and has_sequence_privilege(r.role, c.oid, 'usage, select, update')",
        [*ACTORS, *OTHERS],
    )

    assert rows == []


def test_an_actor_is_nobody_s_member_and_can_neither_log_in_nor_pass_policies_by(migrated: Database) -> None:
    rows = migrated.rows(
        "select rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication,"
        " (select array_agg(g.roleid::regrole::text) from pg_auth_members g where g.member = r.oid) as groups"
        " from pg_roles r where rolname = any (%s)",
        list(ACTORS),
    )

    assert len(rows) == len(ACTORS)
    for row in rows:
        name = row.pop("rolname")
        assert not any(row.values()), name


def test_authenticator_can_become_each_actor_but_has_nothing_of_theirs_by_itself(migrated: Database) -> None:
    rows = migrated.rows(
        "select roleid::regrole::text as role, set_option, inherit_option, admin_option from pg_auth_members"
        " where member = 'authenticator'::regrole"
    )
    found = {
        row["role"]: (row["set_option"], row["inherit_option"], row["admin_option"])
        for row in rows
        if row["role"] in ACTORS
    }

    assert found == dict.fromkeys(ACTORS, (True, False, False))


@pytest.mark.parametrize("schema", ["ledger", "api", "history", "archive"])
def test_what_is_made_later_is_open_to_nobody_until_it_is_granted(clone: Database, schema: str) -> None:
    with clone.connect() as owner:
        owner.execute(f"create table {schema}.later (id integer)".encode())
        owner.execute(f"create function {schema}.later() returns integer language sql as 'select 1'".encode())
    everybody = [*ACTORS, *OTHERS]

    open_to = clone.rows(
        "select r.role from unnest(%s::text[]) as r (role)"
        " where has_table_privilege(r.role, %s, 'select, insert, update, delete, truncate')"
        " or has_function_privilege(r.role, %s, 'execute')",
        everybody,
        f"{schema}.later",
        f"{schema}.later()",
    )

    assert open_to == []


@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role", *ACTORS])
def test_a_role_is_turned_away_from_every_door_that_is_not_its_own(database: Database, role: str) -> None:
    with database.acting_as(role) as connection:
        for door, roles in DOORS.items():
            if role not in roles:
                arguments = ", ".join(["null"] * ARGUMENTS.get(door, 2))
                with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                    connection.execute(f"select api.{door}({arguments})".encode())
