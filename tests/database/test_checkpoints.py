"""What a checkpoint covers and how it is sealed, recomputed by the book."""

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest

from scripts.tools.evidence.merkle import CompactRange, hash_leaf
from tests.database.chain import netstrings
from tests.database.checkpoints import checkpoint, covered, journal_order, leaves, make, settle, write
from tests.database.database import Database, Refused
from tests.evidence import rfc6962
from tests.support.clock import T0, after

ROWS = 70
SEALED = ("checkpoint_no", "tree_size", "root_hash", "epoch", "checkpointed_at", "previous_hash")


def told(database: Database) -> list[dict[str, Any]]:
    """All checkpoints, as the table has them."""
    return database.rows("select * from ledger.checkpoints order by checkpoint_no")


def nodes(database: Database) -> dict[tuple[int, int], bytes]:
    """The complete subtrees: level and number, hash."""
    rows = database.rows("select level, node_no, hash from ledger.merkle_nodes")
    return {(row["level"], row["node_no"]): bytes(row["hash"]) for row in rows}


def defined_nodes(data: list[bytes]) -> Iterator[tuple[tuple[int, int], bytes]]:
    """The roots of all complete subtrees of two leaves or more."""
    level = 1
    while (span := 1 << level) <= len(data):
        for node_no in range(len(data) >> level):
            yield (level, node_no), rfc6962.tree_hash(data[node_no * span : (node_no + 1) * span])
        level += 1


def test_a_checkpoint_covers_every_committed_row_in_the_order_of_transactions(clone: Database) -> None:
    write(clone, 3)

    answer = checkpoint(clone)

    assert covered(clone) == journal_order(clone)
    assert answer["made"] is True
    assert answer["leaves_added"] == answer["checkpoint"]["tree_size"] == len(journal_order(clone))
    assert answer["remaining"] is False


def test_a_leaf_holds_the_number_and_the_hash_of_its_row(clone: Database) -> None:
    checkpoint(clone)

    rows = clone.rows("select journal_id, created_at, hash from ledger.journal order by xid, journal_id")
    assert leaves(clone) == [row["journal_id"].to_bytes(8, "big") + bytes(row["hash"]) for row in rows]
    found = clone.rows("select created_at from ledger.merkle_leaves order by leaf_no")
    assert [row["created_at"] for row in found] == [row["created_at"] for row in rows]


def test_the_root_is_the_defined_one_at_every_size(clone: Database) -> None:
    write(clone, ROWS - len(journal_order(clone)))
    settle(clone)

    answers = [make(clone, 1) for _ in range(ROWS)]

    data = leaves(clone)
    tree = CompactRange()
    for size, answer in enumerate(answers, start=1):
        tree.add(hash_leaf(data[size - 1]))
        root = answer["checkpoint"]["root_hash"]
        assert (answer["checkpoint"]["tree_size"], root) == (size, rfc6962.tree_hash(data[:size]).hex())
        assert root == tree.root().hex()
    assert [answer["remaining"] for answer in answers] == [True] * (ROWS - 1) + [False]
    assert nodes(clone) == dict(defined_nodes(data))


@pytest.mark.parametrize("max_leaves", [2, 3, 7, 16, 33, 1000])
def test_the_tree_is_the_same_in_whatever_steps_it_grew(clone: Database, max_leaves: int) -> None:
    write(clone, ROWS - len(journal_order(clone)))
    settle(clone)

    while (answer := make(clone, max_leaves))["remaining"]:
        assert answer["leaves_added"] == max_leaves

    data = leaves(clone)
    assert covered(clone) == journal_order(clone)
    assert answer["checkpoint"]["root_hash"] == rfc6962.tree_hash(data).hex()
    assert nodes(clone) == dict(defined_nodes(data))


def test_a_large_tree_has_the_defined_root(clone: Database) -> None:
    clone.execute(
        "insert into ledger.journal (entity, key, sequence, event, created_at, actor, recorded_at,"
        " contract_version, payload, hash) select 'test', n::text, 1, 'test.written', 'epoch', 'nobody',"
        " now(), 1, '{}', sha256(int4send(n)) from generate_series(1, 5000) n"
    )
    settle(clone)

    answers = [make(clone, max_leaves) for max_leaves in (1023, 2, 1498, 2000, 1000)]

    data = leaves(clone)
    for answer in answers:
        size = answer["checkpoint"]["tree_size"]
        assert answer["checkpoint"]["root_hash"] == rfc6962.tree_hash(data[:size]).hex(), size
    assert answers[-1]["checkpoint"]["tree_size"] == len(journal_order(clone)) > 5000


def test_each_checkpoint_seals_itself_and_the_one_before(clone: Database) -> None:
    answers = []
    for number in range(4):
        write(clone, 1)
        answers.append(checkpoint(clone, at=after(minutes=number, seconds=0.25))["checkpoint"])

    previous: dict[str, Any] | None = None
    for number, (answer, row) in enumerate(zip(answers, told(clone), strict=True), start=1):
        assert row["checkpoint_no"] == answer["checkpoint_no"] == number
        assert answer["hash"] == hashlib.sha256(netstrings(answer[name] for name in SEALED)).hexdigest()
        assert answer["hash"] == hashlib.sha256(netstrings(row[name] for name in SEALED)).hexdigest()
        assert answer["previous_hash"] == (previous["hash"] if previous else None)
        previous = answer


def test_a_checkpoint_is_of_the_time_it_is_made(clone: Database) -> None:
    assert checkpoint(clone, at=T0)["checkpoint"]["checkpointed_at"] == "2026-01-05T12:00:00Z"


def test_without_new_rows_there_is_no_new_checkpoint_and_the_last_is_answered(clone: Database) -> None:
    first = checkpoint(clone)
    before = clone.contents()

    again = checkpoint(clone, at=after(minutes=1))

    assert again == first | {"made": False, "leaves_added": 0}
    assert clone.contents() == before


def test_where_nothing_was_ever_written_there_is_no_checkpoint_to_answer(database: Database) -> None:
    # An epoch that begins after all rows there are is as empty as a new ledger.
    database.execute(
        "insert into ledger.journal_epochs select 2, max(journal_id) + 1, '0', e.system_identifier, now()"
        " from ledger.journal, ledger.journal_epochs e group by e.system_identifier"
    )

    assert make(database) == {"made": False, "checkpoint": None, "leaves_added": 0, "remaining": False}


def test_a_checkpoint_exactly_as_large_as_asked_for_leaves_nothing(clone: Database) -> None:
    answer = checkpoint(clone, len(journal_order(clone)))

    assert (answer["made"], answer["remaining"]) == (True, False)
    assert checkpoint(clone)["made"] is False


@pytest.mark.parametrize("max_leaves", [0, -1, 100_001, None])
def test_a_number_of_leaves_that_makes_no_sense_is_refused(database: Database, max_leaves: Any) -> None:
    with pytest.raises(Refused) as refused:
        make(database, max_leaves)

    assert (refused.value.status, refused.value.code) == (422, "leaves_invalid")


def test_rows_of_a_rolled_back_transaction_leave_no_gap_in_the_tree(clone: Database) -> None:
    with clone.party() as party, party.connection.transaction(force_rollback=True):
        write(party, 3)
    write(clone, 1)

    checkpoint(clone)

    assert covered(clone) == journal_order(clone)
    numbers = clone.rows("select leaf_no from ledger.merkle_leaves order by leaf_no")
    assert [row["leaf_no"] for row in numbers] == list(range(len(numbers)))


def test_writing_to_the_journal_touches_nothing_of_the_tree(clone: Database) -> None:
    checkpoint(clone)
    tree = ("checkpoints", "journal_epochs", "merkle_leaves", "merkle_nodes")
    before = {table: clone.contents()[table] for table in tree}

    write(clone, 5)

    assert {table: clone.contents()[table] for table in tree} == before
