"""Holds the tables against the journal: each row is what the journal last told of it, and none is untold."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, LiteralString

from psycopg import sql

from scripts.tools.evidence.auditor import Connection, rows
from scripts.tools.evidence.verify.findings import KEPT, Code, Findings
from scripts.tools.evidence.verify.leaves import Step
from scripts.tools.evidence.verify.payloads import Kind, kinds, schema

# The version that the database writes now.
PRESENT_VERSION = 1
# Their first rows were made by migrations, before there was a journal.
_SEEDED = ("lifecycle", "settings")
# What the auditor may not read. Any other table that is hidden from it could say anything.
_UNREADABLE = ("settings",)

# Where a table lies (one that is archived has a view over all of it), whether its rows change, and whether
# the auditor may read it.
_TABLE: LiteralString = """
    select coalesce(to_regclass('history.' || c.relname), c.oid)::regclass::text as source,
        has_table_privilege(c.oid, 'select') as is_readable,
        exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'z_journal_update') as changes
    from pg_class c
    where c.oid = to_regclass('ledger.' || %s)
"""
# Digests, so that what is sorted is small. A payload is the row's own text: see ledger.record_in_journal().
# Of rows that never change every payload is the last, and the digest itself tells them apart.
_DIFFERENT = sql.SQL("""
    with told as (
        select distinct on ({identity}) key, digest, journal_id
        from (
            select j.key, j.sequence, j.journal_id, sha256(convert_to({told}::text, 'UTF8')) as digest
            from history.journal j where j.event like {events} and j.entity = {entity}
        ) each_told
        order by {identity}, sequence desc
    ), held as (
        select {key} as key, sha256(convert_to({held}::text, 'UTF8')) as digest, count(*) as copies
        from (select to_jsonb(s) as row from {source} s) t
        group by 1, 2
    )
    select key, journal_id, told.journal_id is not null as is_told, held.copies,
        count(*) over () as differing
    from told full join held using ({identity})
    where (told.journal_id is null or held.copies is distinct from 1 {or_changed})
        and not ({seeded} and told.journal_id is null)
    order by journal_id, key limit {limit}
""")


def compare_tables(connection: Connection, findings: Findings, step: Step) -> int:
    """Compare each journaled table but `settings`; returns how many were compared."""
    compared = 0
    for prefix, kind in kinds(PRESENT_VERSION).items():
        tables = rows(connection, _TABLE, kind.table)
        for table in tables:
            if table["is_readable"]:
                found = rows(connection, _different(prefix, kind, table["source"], table["changes"]))
                _note(kind.table, found, findings)
                compared += 1
            elif kind.table not in _UNREADABLE:
                findings.add(Code.TABLES_DIFFER, kind.table, "its auditor may not read it")
        if not tables:
            findings.add(Code.TABLES_DIFFER, kind.table, "there is no such table")
        step()
    return compared


def _different(prefix: str, kind: Kind, source: str, changes: bool) -> sql.Composed:
    later = _later_columns(kind.table)
    columns = (sql.SQL("t.row ->> {}").format(sql.Literal(name)) for name in kind.key)
    return _DIFFERENT.format(
        identity=sql.SQL("key" if changes else "key, digest"),
        or_changed=sql.SQL("or told.digest <> held.digest" if changes else ""),
        # Only where there are such columns: jsonb has to be made of the payload first.
        told=_without("j.payload::jsonb", later) if later else sql.SQL("j.payload"),
        held=_without("t.row", later) if later else sql.SQL("t.row"),
        key=sql.SQL("concat_ws('/', {})").format(sql.SQL(", ").join(columns)),
        source=sql.Identifier(*source.split(".")),
        events=sql.Literal(prefix.replace("_", r"\_") + ".%"),
        entity=sql.Literal(kind.entity),
        seeded=sql.Literal(kind.table in _SEEDED),
        limit=sql.Literal(KEPT),
    )


def _later_columns(table: str) -> dict[str, Any]:
    """Columns that came when there were rows, and what these were given: in a payload the same as none."""
    described = schema(PRESENT_VERSION, table)
    properties, required = described["properties"], described["required"]
    return {name: one.get("default") for name, one in properties.items() if name not in required}


def _without(row: LiteralString, later: Mapping[str, Any]) -> sql.Composed:
    """A row without those of these columns that have what older rows were given."""
    each = (
        sql.SQL("case when {} -> {} = {} then {} end").format(
            sql.SQL(row), sql.Literal(name), sql.Literal(json.dumps(default)), sql.Literal(name)
        )
        for name, default in later.items()
    )
    absent = sql.SQL("array_remove(array[{}]::text[], null)").format(sql.SQL(", ").join(each))
    return sql.SQL("({} - {})").format(sql.SQL(row), absent)


def _note(table: str, found: Sequence[Mapping[str, Any]], findings: Findings) -> None:
    for row in found:
        where, explanation = f"{table} {row['key']}", _explained(row["is_told"], row["copies"] or 0)
        findings.add(Code.TABLES_DIFFER, where, explanation, journal_id=row["journal_id"])
    # The query answers some of them, and the number of all.
    findings.count(Code.TABLES_DIFFER, found[0]["differing"] - len(found) if found else 0)


def _explained(is_told: bool, copies: int) -> str:
    if not is_told:
        return "the table has this row, the journal does not tell of it"
    if not copies:
        return "the journal tells of this row, the table has it not"
    if copies > 1:
        return f"the table has this row {copies} times"
    return "the row is not what the journal last told of it"
