"""A dump restored on another server, where old transaction ids mean nothing: no row is missed or doubled."""

# ruff: noqa: S608 - what is put into these queries stands in this file

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.database.checkpoints import checkpoint, covered, journal_order, leaves, make, settle, write
from tests.database.database import Database, Refused
from tests.database.race import wait_until_blocked
from tests.evidence import rfc6962

# How many transactions a server that ran for longer than any of ours does is ahead.
FAR_AHEAD = 9_000_000_000_000
# What of a ledger belongs to its server.
OF_THE_SERVER = {
    "journal": "xid = (xid::text::bigint + {ahead})::text::xid8",
    "checkpoints": "frontier = (frontier::text::bigint + {ahead})::text::xid8",
    "journal_epochs": "system_identifier = system_identifier + 1",
}


def restore(database: Database, ahead: int = FAR_AHEAD) -> None:
    """Make a ledger what a dump of another server's is: three of its rows have no checkpoint yet."""
    checkpoint(database)
    write(database, 3)
    settle(database)
    for table, change in OF_THE_SERVER.items():
        # A restore loads rows before there are triggers.
        database.execute(f"alter table ledger.{table} disable trigger all")
        database.execute(f"update ledger.{table} set {change.format(ahead=ahead)}")
        database.execute(f"alter table ledger.{table} enable trigger all")


def start_epoch(database: Database) -> int:
    """Begin an epoch as the database's owner; returns its number."""
    with database.connect() as owner:
        row = owner.execute("select ledger.start_epoch() as epoch").fetchone()
    assert row is not None
    epoch: int = row["epoch"]
    return epoch


def told(database: Database) -> list[tuple[Any, ...]]:
    """Number, size and epoch of each checkpoint."""
    rows = database.rows(
        "select checkpoint_no, tree_size, epoch from ledger.checkpoints order by checkpoint_no"
    )
    return [tuple(row.values()) for row in rows]


def test_on_another_server_no_checkpoint_is_made_before_an_epoch_begins(clone: Database) -> None:
    restore(clone)
    before = clone.contents()

    with pytest.raises(Refused) as refused:
        make(clone)

    assert (refused.value.status, refused.value.code) == (409, "epoch_ended")
    assert clone.contents() == before


def test_an_epoch_begins_with_every_row_of_the_one_before_covered(clone: Database) -> None:
    restore(clone)
    order = journal_order(clone)

    assert start_epoch(clone) == 2

    assert covered(clone) == order
    assert told(clone) == [(1, len(order) - 3, 1), (2, len(order), 1)]
    first = clone.value("select first_journal_id from ledger.journal_epochs where epoch = 2")
    assert first == max(order) + 1


def test_rows_written_there_before_the_epoch_began_are_covered_too(clone: Database) -> None:
    restore(clone)
    write(clone, 2)
    newest = clone.value("select max(journal_id) from ledger.journal")

    start_epoch(clone)

    assert sorted(covered(clone)) == sorted(journal_order(clone))
    assert newest in covered(clone)


def test_the_next_checkpoints_cover_the_new_epoch_s_rows_and_none_again(clone: Database) -> None:
    restore(clone)
    old = journal_order(clone)
    start_epoch(clone)
    assert make(clone)["made"] is False
    write(clone, 5)

    first = checkpoint(clone, 2)
    second = checkpoint(clone)

    assert (first["leaves_added"], first["remaining"]) == (2, True)
    assert (second["leaves_added"], second["remaining"]) == (3, False)
    assert told(clone)[2:] == [(3, len(old) + 2, 2), (4, len(old) + 5, 2)]
    assert sorted(covered(clone)) == sorted(journal_order(clone))
    assert second["checkpoint"]["root_hash"] == rfc6962.tree_hash(leaves(clone)).hex()


def test_old_rows_are_not_covered_again_when_this_server_reaches_their_transaction_ids(
    clone: Database,
) -> None:
    restore(clone, ahead=50)
    start_epoch(clone)
    write(clone, 70)

    assert checkpoint(clone)["leaves_added"] == 70

    reached = "select count(*) from ledger.journal j join ledger.journal_epochs e on e.epoch = 2 where"
    assert clone.value(f"{reached} j.journal_id < e.first_journal_id and j.xid > e.frontier") > 0


def test_an_epoch_that_follows_a_complete_one_needs_no_checkpoint(clone: Database) -> None:
    last = checkpoint(clone)["checkpoint"]

    assert [start_epoch(clone), start_epoch(clone)] == [2, 3]

    assert make(clone) == {"made": False, "checkpoint": last, "leaves_added": 0, "remaining": False}


def test_an_epoch_waits_for_who_is_writing_and_covers_those_rows(clone: Database) -> None:
    with clone.party() as slow, ThreadPoolExecutor(1) as pool:
        with slow.connection.transaction():
            write(slow, 1)
            begun = pool.submit(start_epoch, clone)
            wait_until_blocked(clone, 1)
            write(slow, 1)
        assert begun.result(10) == 2

    assert covered(clone) == journal_order(clone)
    write(clone, 1)
    assert checkpoint(clone)["leaves_added"] == 1
