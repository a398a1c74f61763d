"""Writes docs/database.md from the database itself: its tables, lifecycles, privileges and functions."""

# ruff: noqa: S608 - what is put into these queries stands in this file

import argparse
import difflib
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from scripts.tools.stack import Stack

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "database.md"
COMMAND = "scripts/distort docs"

ROLES = (
    *("generator", "director", "officer", "feed", "archivist", "operator", "auditor", "gatekeeper"),
    "monitor",
)

_IS_TABLE = "c.relnamespace = 'ledger'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition"

Row = dict[str, Any]


def render(connection: "psycopg.Connection[Any]") -> str:
    """The document about the database that a session of its owner is connected to."""
    parts = [
        _heading(),
        _roles(connection),
        _lifecycles(connection),
        _doors(connection),
        _privileges(connection),
        _policies(connection),
        _tables(connection),
    ]
    return "\n\n".join(parts) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the document, or with --check say whether it is current; returns the exit code."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the document is stale")
    options = parser.parse_args(arguments)
    with Stack(postgrest=False, functions=False) as stack, psycopg.connect(stack.database_url) as connection:
        rendered = render(connection)
    if options.check:
        return _check(rendered)
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(rendered, encoding="utf-8")
    print(f"wrote {DOCUMENT.name}")  # noqa: T201
    return 0


def _check(rendered: str) -> int:
    committed = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else ""
    if committed == rendered:
        return 0
    lines = difflib.unified_diff(
        committed.splitlines(), rendered.splitlines(), "committed", "now", lineterm=""
    )
    print("\n".join(lines), f"docs/database.md is stale. Run: {COMMAND}", sep="\n", file=sys.stderr)  # noqa: T201
    return 1


# --- the chapters -------------------------------------------------------------------------------


def _heading() -> str:
    return (
        "# The database\n\n"
        f"Written by `{COMMAND}` from the migrated database; changes belong into the migrations. "
        "Partitions are left out: each is guarded like its table and open to nobody."
    )


def _roles(connection: "psycopg.Connection[Any]") -> str:
    rows = _query(
        connection,
        "select rolname as name, shobj_description(oid, 'pg_authid') as comment from pg_roles"
        " where rolname = any (%s) order by array_position(%s, rolname::text)",
        list(ROLES),
        list(ROLES),
    )
    return "## Roles\n\n" + _table(("role", "is"), ((_code(row["name"]), row["comment"]) for row in rows))


def _lifecycles(connection: "psycopg.Connection[Any]") -> str:
    rows = _query(
        connection,
        "select entity, from_status, to_status, string_agg(role, ', ' order by role) as roles"
        " from ledger.lifecycle group by 1, 2, 3 order by 1 desc, from_status <> '', 2, 3",
    )
    reasons = _query(
        connection,
        "select entity, from_status, to_status, role, because from ledger.lifecycle"
        " order by 1 desc, from_status <> '', 2, 3, 4",
    )
    entities = dict.fromkeys(row["entity"] for row in rows)
    diagrams = [_diagram(entity, [row for row in rows if row["entity"] == entity]) for entity in entities]
    because = _table(
        ("entity", "from", "to", "by", "when"),
        (
            (
                row["entity"],
                row["from_status"] or "(new)",
                row["to_status"],
                _code(row["role"]),
                row["because"],
            )
            for row in reasons
        ),
    )
    return "\n\n".join(["## Lifecycles", *diagrams, because])


def _diagram(entity: str, rows: Sequence[Row]) -> str:
    steps = [f"    {row['from_status'] or '[*]'} --> {row['to_status']}: {row['roles']}" for row in rows]
    left = {row["from_status"] for row in rows}
    ends = [
        f"    {status} --> [*]"
        for status in dict.fromkeys(r["to_status"] for r in rows)
        if status not in left
    ]
    return "\n".join([f"### {entity}", "", "```mermaid", "stateDiagram-v2", *steps, *ends, "```"])


def _doors(connection: "psycopg.Connection[Any]") -> str:
    rows = _query(
        connection,
        "select p.proname as name, pg_get_function_identity_arguments(p.oid) as arguments,"
        " obj_description(p.oid, 'pg_proc') as comment, array(select r from unnest(%s::text[]) r"
        " where has_function_privilege(r, p.oid, 'execute')) as roles"
        " from pg_proc p where p.pronamespace = 'api'::regnamespace order by 1, 2",
        list(ROLES),
    )
    lines = (
        (_code(f"{row['name']}({row['arguments']})"), _codes(row["roles"]), _without_roles(row["comment"]))
        for row in rows
    )
    return "## Functions of the schema `api`\n\n" + _table(("function", "for", "does"), lines)


def _privileges(connection: "psycopg.Connection[Any]") -> str:
    rows = _query(
        connection,
        "select c.relname as name, array(select coalesce((select string_agg(case"
        "   when has_table_privilege(r, c.oid, o) then o"
        "   else o || ' (' || (select string_agg(a.attname, ', ' order by a.attnum)"
        "     from pg_attribute a where a.attrelid = c.oid and a.attnum > 0"
        "       and has_column_privilege(r, c.oid, a.attnum, o)) || ')'"
        "   end, ', ' order by n)"
        "   from unnest(array['select', 'insert', 'update', 'delete', 'truncate'])"
        "     with ordinality as t (o, n)"
        "   where has_table_privilege(r, c.oid, o)"
        "     or o in ('select', 'insert', 'update') and has_any_column_privilege(r, c.oid, o)), '')"
        "   from unnest(%s::text[]) with ordinality as roles (r, place) order by place) as privileges"
        f" from pg_class c where {_IS_TABLE} order by 1",
        list(ROLES),
    )
    lines = ((_code(row["name"]), *row["privileges"]) for row in rows)
    return "## Privileges\n\nWhat is not here nobody may do but the owner.\n\n" + _table(
        ("table", *ROLES), lines
    )


def _policies(connection: "psycopg.Connection[Any]") -> str:
    rows = _query(
        connection,
        "select c.relname as name, obj_description(p.oid, 'pg_policy') as comment,"
        " coalesce(pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) as condition"
        " from pg_policy p join pg_class c on c.oid = p.polrelid"
        f" where {_IS_TABLE} order by c.relname, p.polname",
    )
    lines = (
        (_code(row["name"]), row["comment"], "" if row["condition"] == "true" else _code(row["condition"]))
        for row in rows
    )
    return "## Row-level policies\n\n" + _table(("table", "policy", "only rows with"), lines)


def _tables(connection: "psycopg.Connection[Any]") -> str:
    tables = _query(
        connection,
        "select c.oid::int8 as oid, c.relname as name, obj_description(c.oid, 'pg_class') as comment,"
        " pg_get_partkeydef(c.oid) as partitioned, (select pg_get_constraintdef(k.oid) from pg_constraint k"
        " where k.conrelid = c.oid and k.contype = 'p') as key"
        f" from pg_class c where {_IS_TABLE} order by 2",
    )
    columns = _query(
        connection,
        "select a.attrelid::int8 as oid, a.attname as name, format_type(a.atttypid, a.atttypmod) as type,"
        " a.attnotnull as required, col_description(a.attrelid, a.attnum) as comment"
        f" from pg_attribute a join pg_class c on c.oid = a.attrelid where {_IS_TABLE}"
        " and a.attnum > 0 and not a.attisdropped order by c.relname, a.attnum",
    )
    chapters = [_chapter(table, [c for c in columns if c["oid"] == table["oid"]]) for table in tables]
    return "\n\n".join(["## Tables of the schema `ledger`", *chapters])


def _chapter(table: Row, columns: Iterable[Row]) -> str:
    facts = [_code(str(table["key"]).lower())]
    if table["partitioned"]:
        facts.append(f"partitioned by {_code(str(table['partitioned']).lower())}")
    lines = (
        (
            _code(column["name"]),
            column["type"] + ("" if column["required"] else ", or null"),
            column["comment"],
        )
        for column in columns
    )
    described = f"### {table['name']}\n\n{table['comment']}\n\n{', '.join(facts)}\n\n"
    return described + _table(("column", "type", "holds"), lines)


# --- helpers ------------------------------------------------------------------------------------


def _query(connection: "psycopg.Connection[Any]", query: str, *parameters: object) -> list[Row]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode(), parameters or None).fetchall()


def _table(heads: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    def written() -> Iterator[str]:
        yield _line(heads)
        yield _line(["---"] * len(heads))
        for line in lines:
            yield _line([str(cell).replace("|", "\\|").replace("\n", " ") for cell in line])

    return "\n".join(written())


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _code(text: str) -> str:
    return f"`{text}`"


def _codes(names: Iterable[str]) -> str:
    return ", ".join(map(_code, names))


def _without_roles(comment: str) -> str:
    """The comment of an api function without the roles it opens with; those have a column of their own."""
    roles, colon, rest = comment.partition(": ")
    named = colon and all(role in ROLES for role in roles.split(", "))
    return rest[:1].upper() + rest[1:] if named else comment


if __name__ == "__main__":
    sys.exit(main())
