"""The payload schemas describe what the journal holds: every event, every column, and nothing else."""

import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from functions.contract import schemas
from scripts.tools.evidence.entries import Entry
from scripts.tools.evidence.verify import payloads
from scripts.tools.evidence.verify.payloads import JOURNAL_FOLDER, kinds, schema
from tests.contracts.test_schemas import nodes
from tests.database.history import EVENTS
from tests.evidence.conftest import Evidence

KINDS = kinds(1)
TABLES = sorted({kind.table for kind in KINDS.values()})
WRONG: tuple[Any, ...] = (None, "", -1, 1.5, [], {}, True)
# Columns that a table got when there may have been payloads without them.
LATER = {
    "accounts": {
        "max_open_positions_currency",
        "max_open_positions_group",
        "max_net_exposure_currency",
        "max_daily_loss",
        "max_drawdown",
        "max_spread_points",
        "max_margin_use",
        "max_consecutive_losses",
        "cool_down_seconds",
        "sessions",
        "opposite_positions",
        "allow_duplicates",
        "equity_marks_since",
        "net_deposits",
    },
    "signal_outbox": {"opened_before", "account_id"},
    "subscriptions": {"allocation", "max_open_positions_strategy"},
    "trading_halts": {"mode"},
}

COLUMNS = """
    select c.relname as table, a.attname as column, not a.attnotnull as nullable
    from pg_attribute a join pg_class c on c.oid = a.attrelid
    where c.relnamespace = 'ledger'::regnamespace and not c.relispartition and a.attnum > 0
        and not a.attisdropped and c.relname = any (%s)
    order by c.relname, a.attnum
"""
CHECKS = """
    select c.relname as table, pg_get_constraintdef(k.oid) as definition
    from pg_constraint k join pg_class c on c.oid = k.conrelid
    where k.contype = 'c' and c.relnamespace = 'ledger'::regnamespace and not c.relispartition
        and c.relname = any (%s)
"""
# `check (column in ('a', 'b'))`, as PostgreSQL prints it.
ONE_OF = re.compile(r"CHECK \(\((\w+) = ANY \(ARRAY\[([^]]*)\]\)\)\)")
TRIGGERS = """
    select distinct c.relname as table, encode(t.tgargs, 'escape') as arguments
    from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where t.tgname like 'z\\_journal\\_%' and not c.relispartition
"""
ENTRIES = """
    select journal_id, entity, key, sequence, event, to_char(created_at, 'YYYY-MM-DD HH24:MI:SS') || '+00'
        as created_at, actor, subject, request_id, recorded_at::text, contract_version, payload::text,
        previous_hash, hash
    from ledger.journal order by journal_id
"""


@pytest.fixture(scope="module")
def oracles() -> dict[str, Draft202012Validator]:
    """Validators of another make."""
    files = sorted((JOURNAL_FOLDER / "v1").glob("*.schema.json"))
    documents = [json.loads(file.read_bytes()) for file in files] + [schemas.schema("common")]
    registry: Registry[Any] = Registry().with_resources(
        (each["$id"], DRAFT202012.create_resource(each)) for each in documents
    )
    return {table: Draft202012Validator(schema(1, table), registry=registry) for table in TABLES}


def test_there_is_one_schema_for_each_table_that_is_journaled(evidence: Evidence) -> None:
    files = {file.name.removesuffix(".schema.json") for file in (JOURNAL_FOLDER / "v1").glob("*.schema.json")}

    assert files - {"common"} == {row["table"] for row in evidence.database.rows(TRIGGERS)}
    assert files - {"common"} == set(TABLES)


@pytest.mark.parametrize("name", [*TABLES, "common"])
def test_a_schema_is_valid_closed_and_has_the_id_of_its_file(name: str) -> None:
    document = schema(1, name)

    Draft202012Validator.check_schema(document)
    assert document["$id"] == f"https://distortsignals.dev/contracts/1/journal/{name}.schema.json"
    described = document["$defs" if name == "common" else "properties"]
    assert all(one["description"].endswith(".") for one in described.values())
    assert name == "common" or document["additionalProperties"] is False


@pytest.mark.parametrize("name", [*TABLES, "common"])
def test_a_pattern_binds_the_beginning_of_the_string(name: str) -> None:
    assert all(node["pattern"].startswith("^") for _, node in nodes(schema(1, name)) if "pattern" in node)


def test_a_schema_has_the_columns_of_its_table_and_null_where_they_have(evidence: Evidence) -> None:
    columns: dict[str, dict[str, bool]] = {table: {} for table in TABLES}
    for row in evidence.database.rows(COLUMNS, TABLES):
        columns[row["table"]][row["column"]] = row["nullable"]

    described = {
        table: {name: _accepts_null(one) for name, one in schema(1, table)["properties"].items()}
        for table in TABLES
    }
    assert described == columns


def test_a_schema_lists_the_values_that_its_tables_checks_allow(evidence: Evidence) -> None:
    allowed = {}
    for row in evidence.database.rows(CHECKS, TABLES):
        if match := ONE_OF.fullmatch(row["definition"]):
            allowed[row["table"], match[1]] = set(re.findall(r"'([^']*)'::text", match[2]))

    assert ("api_keys", "role") in allowed
    listed = {(table, column): _listed(schema(1, table)["properties"][column]) for table, column in allowed}
    assert listed == allowed


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_required_but_those_that_came_later(table: str) -> None:
    properties, later = schema(1, table)["properties"], LATER.get(table, set())

    assert schema(1, table)["required"] == [name for name in properties if name not in later]
    assert {name for name, one in properties.items() if "default" in one} <= later


def test_the_index_says_what_the_triggers_do(evidence: Evidence) -> None:
    written = set()
    for row in evidence.database.rows(TRIGGERS):
        entity, key, event, *_ = row["arguments"].split("\\000")
        written.add((event.partition(".")[0], row["table"], entity, tuple(key.split(","))))

    assert written == {(prefix, kind.table, kind.entity, kind.key) for prefix, kind in KINDS.items()}


def test_every_payload_of_a_history_is_valid(
    evidence: Evidence, oracles: dict[str, Draft202012Validator]
) -> None:
    rows = evidence.database.rows("select event, payload from ledger.journal")

    told = {row["event"].partition(".")[0] for row in rows}
    assert told >= {event.partition(".")[0] for events in EVENTS.values() for event in events}
    for row in rows:
        oracles[KINDS[row["event"].partition(".")[0]].table].validate(row["payload"])


def test_both_validators_say_the_same_of_payloads_with_one_fault(
    evidence: Evidence, oracles: dict[str, Draft202012Validator]
) -> None:
    evidence.database.execute("set timezone = 'UTC'")
    newest = {row["event"]: row for row in evidence.database.rows(ENTRIES)}

    for event, row in newest.items():
        entry = Entry(**row)
        table = KINDS[event.partition(".")[0]].table
        assert payloads.fault(entry) is None, event
        for name in schema(1, table)["properties"]:
            for wrong in WRONG:
                spoiled = json.loads(entry.payload) | {name: wrong}
                told = payloads.fault(entry._replace(payload=json.dumps(spoiled))) or ""
                assert told.startswith("its payload breaks its schema") != oracles[table].is_valid(spoiled), (
                    event,
                    name,
                    wrong,
                )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"event": "nothing.happened"}, "nobody knows an event nothing.happened"),
        ({"contract_version": 9}, "contract version 9, which nobody knows"),
        ({"key": "demo-2"}, "its payload belongs to account demo-1"),
        ({"entity": "strategy"}, "its payload belongs to account demo-1"),
        ({"created_at": "2026-01-05 12:00:00+00"}, "its payload belongs to"),
        ({"payload": "{"}, "its payload cannot be read"),
        ({"payload": "[" * 100_000}, "its payload cannot be read"),
        ({"payload": '"\\ud800"'}, "its payload"),
        ({"payload": "[]"}, "its payload breaks its schema"),
    ],
)
def test_a_payload_that_does_not_fit_its_row_is_named(
    evidence: Evidence, changes: dict[str, Any], expected: str
) -> None:
    evidence.database.execute("set timezone = 'UTC'")
    opened = next(row for row in evidence.database.rows(ENTRIES) if row["key"] == "demo-1")

    told = payloads.fault(Entry(**opened | changes))

    assert told is not None
    assert expected in told


def _listed(described: dict[str, Any]) -> set[str]:
    """The values of an enum, wherever it is written; without null, which a check lets pass."""
    if "$ref" in described:
        file, _, name = described["$ref"].partition("#/$defs/")
        common = schemas.schema("common") if file.startswith("../") else schema(1, "common")
        return _listed(common["$defs"][name])
    values = set(described.get("enum", [])) - {None}
    return values.union(*(_listed(one) for one in described.get("anyOf", [])))


def _accepts_null(described: dict[str, Any]) -> bool:
    if "anyOf" in described:
        return {"type": "null"} in described["anyOf"]
    return None in described.get("enum", []) or "null" in described.get("type", [])
