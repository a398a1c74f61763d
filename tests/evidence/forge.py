"""What a superuser who knows the rules can do: take the guards off, rewrite rows, seal everything anew."""

from tests.database.database import Database

# As ledger.record_in_journal() seals a row.
_SEAL = """
    sha256(convert_to(ledger.netstrings(j.entity, j.key, j.sequence::text, j.event, ledger.utc(j.created_at),
        j.actor, j.subject, j.request_id, ledger.utc(j.recorded_at), j.contract_version::text,
        j.payload::text, encode(j.previous_hash, 'hex')), 'UTF8'))
"""
_RECHAIN = f"""
    do $$
    declare
        v_id bigint;
        v_previous bytea;
    begin
        for v_id in
            select journal_id from ledger.journal where entity = %s and key = %s order by sequence
        loop
            update ledger.journal j set previous_hash = v_previous where j.journal_id = v_id;
            update ledger.journal j set hash = {_SEAL} where j.journal_id = v_id
                returning hash into v_previous;
        end loop;
    end $$
"""  # noqa: S608 - what is put into it stands above
# As ledger.seal_checkpoint() seals one.
_RESEAL = """
    do $$
    declare
        v_number bigint;
        v_previous bytea;
    begin
        for v_number in select checkpoint_no from ledger.checkpoints order by checkpoint_no loop
            update ledger.checkpoints c set previous_hash = v_previous where checkpoint_no = v_number;
            update ledger.checkpoints c set hash = sha256(convert_to(ledger.netstrings(c.checkpoint_no::text,
                c.tree_size::text, encode(c.root_hash, 'hex'), c.epoch::text, ledger.utc(c.checkpointed_at),
                encode(c.previous_hash, 'hex')), 'UTF8'))
            where checkpoint_no = v_number returning hash into v_previous;
        end loop;
    end $$
"""


def disarm(database: Database) -> None:
    """No guard, no journal and no foreign key stops what is done from now on, in this database's session."""
    database.execute("set session_replication_role = replica")
    for name in [f"ledger.{table}" for table in database.tables()] + ["archive.journal"]:
        database.execute(f"alter table {name} disable trigger user")


def reseal_row(database: Database, journal_id: int) -> None:
    """Give a row the hash of what it now says."""
    database.execute(f"update ledger.journal j set hash = {_SEAL} where journal_id = %s", journal_id)  # noqa: S608


def reseal_chain(database: Database, entity: str, key: str) -> None:
    """Seal a chain anew from its first row to its last."""
    database.execute(
        _RECHAIN.replace("entity = %s", f"entity = '{entity}'").replace("key = %s", f"key = '{key}'")
    )


def remake_leaves(database: Database) -> None:
    """Let every leaf have the hash of its row."""
    database.execute(
        "update ledger.merkle_leaves l set row_hash = j.hash from ledger.journal j"
        " where j.journal_id = l.journal_id and j.hash <> l.row_hash"
    )


def remake_nodes(database: Database) -> None:
    """Grow the tree anew over the leaves that there are."""
    database.execute("delete from ledger.merkle_nodes")
    database.execute("select ledger.complete_nodes(0, (select count(*) from ledger.merkle_leaves))")


def remake_roots(database: Database) -> None:
    """Give each checkpoint the root that the tree now has at its size."""
    database.execute("update ledger.checkpoints set root_hash = ledger.merkle_hash(0, tree_size)")


def reseal_checkpoints(database: Database) -> None:
    """Seal the checkpoints anew from the first to the last."""
    database.execute(_RESEAL)


def remake_everything(database: Database) -> None:
    """Make leaves, nodes, roots and checkpoints fit the journal as it now is."""
    remake_leaves(database)
    remake_nodes(database)
    remake_roots(database)
    reseal_checkpoints(database)
