"""What somebody with all rights may try, and what of it shows. docs/evidence.md says the same in a table."""

# ruff: noqa: S608 - what is put into these statements stands in this file

from collections.abc import Callable
from dataclasses import dataclass

from tests.database.database import Database
from tests.evidence import forge

# A directive whose story is long over and covered by a checkpoint, and one that came after the last.
CHAIN = "entity = 'directive' and key = (select min(directive_no)::text from ledger.trade_directives)"
DIRECTIVE = "directive_no = (select min(directive_no) from ledger.trade_directives)"
LAST_CHECKPOINT = "checkpoint_no = (select max(checkpoint_no) from ledger.checkpoints)"
LATE_CHAIN = "entity = 'directive' and key = (select max(directive_no)::text from ledger.trade_directives)"


@dataclass(frozen=True, slots=True)
class Attack:
    """What is done, and the codes that verification then answers, without and with the outside copy."""

    name: str
    run: Callable[[Database], None]
    alone: frozenset[str]
    with_copy: frozenset[str]


ATTACKS: dict[str, Attack] = {}


def attack(
    name: str, alone: str, with_copy: str = ""
) -> Callable[[Callable[[Database], None]], Callable[[Database], None]]:
    """Register an attack: codes with spaces between; those that only the copy adds come after."""

    def register(run: Callable[[Database], None]) -> Callable[[Database], None]:
        codes = frozenset(alone.split())
        ATTACKS[name] = Attack(name, run, codes, codes | set(with_copy.split()))
        return run

    return register


def _key(database: Database, chain: str) -> str:
    return str(database.value(f"select distinct key from ledger.journal where {chain}"))


def _row(database: Database, sequence: int) -> int:
    query = f"select journal_id from ledger.journal where {CHAIN} and sequence = {sequence}"
    return int(database.value(query))


def _edit(database: Database) -> None:
    """Half the volume, wherever the directive is told."""
    new = """replace(payload::text, '"volume_lots": 1', '"volume_lots": 0.5')::json"""
    database.execute(f"update ledger.journal set payload = {new} where {CHAIN}")


def _edit_tables(database: Database) -> None:
    for table in ("trade_directives", "execution_events"):
        database.execute(f"update ledger.{table} set volume_lots = 0.5 where {DIRECTIVE} and volume_lots = 1")


def _rewrite(database: Database) -> None:
    """Tell a directive's whole story otherwise, in chain and tables."""
    _edit(database)
    _edit_tables(database)
    forge.reseal_chain(database, "directive", _key(database, CHAIN))


@attack("a payload is edited", "row_hash_mismatch")
def _(database: Database) -> None:
    database.execute(
        "update ledger.journal set payload = replace(payload::text, 'buy', 'sell')::json"
        f" where {CHAIN} and sequence = 1"
    )


@attack("a payload of an archived month is edited", "row_hash_mismatch")
def _(database: Database) -> None:
    database.execute(
        "update archive.journal set payload = replace(payload::text, 'buy', 'sell')::json"
        " where event = 'signal.published'"
    )


@attack("a row is edited and sealed anew", "leaf_mismatch chain_broken")
def _(database: Database) -> None:
    database.execute(f"update ledger.journal set actor = 'operator' where {CHAIN} and sequence = 2")
    forge.reseal_row(database, _row(database, 2))


@attack("an inner row is removed", "row_missing chain_gap")
def _(database: Database) -> None:
    database.execute(f"delete from ledger.journal where {CHAIN} and sequence = 2")


@attack("a whole chain is removed", "row_missing tables_differ")
def _(database: Database) -> None:
    database.execute(f"delete from ledger.journal where {CHAIN}")


@attack("a whole chain is removed, and the rows it told of", "row_missing")
def _(database: Database) -> None:
    chain = "entity = 'api_key' and key = (select min(key_id) from ledger.api_keys)"
    key = _key(database, chain)
    database.execute(f"delete from ledger.journal where {chain}")
    database.execute("delete from ledger.api_keys where key_id = %s", key)


@attack("two rows of a chain change places", "row_hash_mismatch chain_broken")
def _(database: Database) -> None:
    for old, new in ((2, 1000), (3, 2), (1000, 3)):
        database.execute(f"update ledger.journal set sequence = {new} where {CHAIN} and sequence = {old}")


@attack("two rows change their numbers", "leaf_mismatch")
def _(database: Database) -> None:
    database.execute("alter table ledger.journal alter journal_id drop identity")
    second, third = _row(database, 2), _row(database, 3)
    for old, new in ((second, 0), (third, second), (0, third)):
        database.execute(
            f"update ledger.journal set journal_id = {new} where journal_id = {old} and created_at > 'epoch'"
        )


@attack("the end of a chain is cut off, before the last checkpoint", "row_missing tables_differ")
def _(database: Database) -> None:
    database.execute(f"delete from ledger.journal where {CHAIN} and sequence > 3")


@attack("the end of a chain is cut off, after the last checkpoint", "tables_differ")
def _(database: Database) -> None:
    database.execute(f"delete from ledger.journal where {LATE_CHAIN} and sequence > 3")


@attack("the newest stories vanish from journal and tables, after the last checkpoint", "")
def _(database: Database) -> None:
    newest = "where journal_id > (select max(journal_id) from ledger.merkle_leaves)"
    signals = f"select (payload ->> 'signal_id')::uuid from ledger.journal {newest}"
    for table in ("execution_events", "directive_acknowledgements", "trade_directives", "risk_decisions"):
        database.execute(f"delete from ledger.{table} where signal_id in ({signals})")
    database.execute(f"delete from ledger.signal_outbox where signal_id in ({signals})")
    database.execute(f"delete from ledger.journal {newest}")


@attack("a row is added and dated back", "leaf_missing tables_differ")
def _(database: Database) -> None:
    database.execute("""
        insert into ledger.journal (entity, key, sequence, event, created_at, actor, subject, request_id,
            recorded_at, contract_version, payload, previous_hash, hash, xid)
        select entity, 'global/', 100, 'trading.halted', created_at, actor, subject, request_id, recorded_at,
            contract_version, replace(payload::text, '"halt_no": ', '"halt_no": 1000')::json, hash, hash, xid
        from ledger.journal where entity = 'halt' and key = 'global/' and sequence = 2
    """)
    database.execute("""
        update ledger.journal set sequence = 3 where entity = 'halt' and key = 'global/' and sequence = 100
    """)
    forge.reseal_row(
        database,
        int(database.value("select journal_id from ledger.journal where key = 'global/' and sequence = 3")),
    )


@attack("a chain is rewritten consistently", "leaf_mismatch")
def _(database: Database) -> None:
    _rewrite(database)


@attack("a chain is rewritten consistently, and its leaves", "node_mismatch root_mismatch")
def _(database: Database) -> None:
    _rewrite(database)
    forge.remake_leaves(database)


@attack(
    "a chain is rewritten consistently, its leaves, nodes and roots",
    "checkpoint_chain_broken",
    "checkpoint_differs",
)
def _(database: Database) -> None:
    _rewrite(database)
    forge.remake_leaves(database)
    forge.remake_nodes(database)
    forge.remake_roots(database)


@attack("everything is rewritten consistently, checkpoints included", "", "checkpoint_differs")
def _(database: Database) -> None:
    _rewrite(database)
    forge.remake_everything(database)


@attack(
    "a payload is replaced by what no such row can be, and everything made to fit",
    "payload_invalid tables_differ",
    "checkpoint_differs",
)
def _(database: Database) -> None:
    new = """replace(payload::text, '"volume_lots": 1', '"volume_lots": -1')::json"""
    database.execute(f"update ledger.journal set payload = {new} where {CHAIN}")
    forge.reseal_chain(database, "directive", _key(database, CHAIN))
    forge.remake_everything(database)


@attack(
    "rows claim a contract version that never was, and everything made to fit",
    "payload_invalid",
    "checkpoint_differs",
)
def _(database: Database) -> None:
    database.execute(f"update ledger.journal set contract_version = 9 where {CHAIN}")
    forge.reseal_chain(database, "directive", _key(database, CHAIN))
    forge.remake_everything(database)


@attack("a checkpoint gets another root", "root_mismatch checkpoint_chain_broken", "checkpoint_differs")
def _(database: Database) -> None:
    database.execute("update ledger.checkpoints set root_hash = sha256('forged') where checkpoint_no = 2")


@attack(
    "a checkpoint gets another root, and those after it are sealed anew",
    "root_mismatch",
    "checkpoint_differs",
)
def _(database: Database) -> None:
    database.execute("update ledger.checkpoints set root_hash = sha256('forged') where checkpoint_no = 2")
    forge.reseal_checkpoints(database)


@attack("a checkpoint is invented", "root_mismatch")
def _(database: Database) -> None:
    database.execute("""
        insert into ledger.checkpoints select checkpoint_no + 1, tree_size + 1, sha256('invented'), epoch,
            frontier, frontier_journal_id, checkpointed_at, hash, hash
        from ledger.checkpoints order by checkpoint_no desc limit 1
    """)
    forge.reseal_checkpoints(database)


@attack("an inner checkpoint is removed", "checkpoint_missing")
def _(database: Database) -> None:
    database.execute("delete from ledger.checkpoints where checkpoint_no = 2")


@attack("the last checkpoint is removed", "checkpoint_missing")
def _(database: Database) -> None:
    database.execute(f"delete from ledger.checkpoints where {LAST_CHECKPOINT}")


@attack("the last checkpoint is removed, and the tree cut to the one before", "", "checkpoint_missing")
def _(database: Database) -> None:
    database.execute(f"delete from ledger.checkpoints where {LAST_CHECKPOINT}")
    database.execute(
        "delete from ledger.merkle_leaves where leaf_no >= (select max(tree_size) from ledger.checkpoints)"
    )
    forge.remake_nodes(database)


@attack("all checkpoints are removed, with leaves and nodes", "", "checkpoint_missing")
def _(database: Database) -> None:
    for table in ("checkpoints", "merkle_leaves", "merkle_nodes"):
        database.execute(f"delete from ledger.{table}")


@attack("a leaf is removed", "leaf_missing node_mismatch root_mismatch")
def _(database: Database) -> None:
    database.execute("delete from ledger.merkle_leaves where leaf_no = 5")


@attack("a node of the tree is changed, so that proofs fail", "node_mismatch")
def _(database: Database) -> None:
    database.execute("update ledger.merkle_nodes set hash = sha256('forged') where (level, node_no) = (2, 1)")


@attack("a row of a table is changed behind the journal's back", "tables_differ")
def _(database: Database) -> None:
    _edit_tables(database)


@attack("a status is set back to one it once had", "tables_differ")
def _(database: Database) -> None:
    database.execute(f"update ledger.trade_directives set status = 'acknowledged' where {DIRECTIVE}")


@attack("a row of a table is removed behind the journal's back", "tables_differ")
def _(database: Database) -> None:
    database.execute(f"delete from ledger.execution_events where {DIRECTIVE}")


@attack("a row of a table is added behind the journal's back", "tables_differ")
def _(database: Database) -> None:
    database.execute("""
        insert into ledger.execution_events
        select (jsonb_populate_record(e, jsonb_build_object('event_id', gen_random_uuid()))).*
        from ledger.execution_events e order by directive_no limit 1
    """)


@attack("a row of a table is changed, and the table hidden from the auditor", "tables_differ")
def _(database: Database) -> None:
    _edit_tables(database)
    database.execute("revoke select on ledger.trade_directives, ledger.execution_events from auditor")


@attack("a row of a table is doubled, its key being no longer unique", "tables_differ")
def _(database: Database) -> None:
    database.execute("alter table ledger.execution_events drop constraint execution_events_pkey cascade")
    database.execute("insert into ledger.execution_events select * from ledger.execution_events limit 1")
