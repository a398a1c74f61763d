"""Proofs from the ledger are those of RFC 6962, and whoever has only a root can check them."""

from typing import Any

import pytest

from scripts.tools.evidence.merkle import hash_leaf, verify_consistency, verify_inclusion
from tests.database.checkpoints import Document, checkpoint, covered, leaves, make, settle, write
from tests.database.database import Database, Refused
from tests.evidence import rfc6962

SIZES = 37
READERS = ("archivist", "operator", "auditor")


def inclusion(
    database: Database, journal_id: int, checkpoint_no: int | None, role: str = "auditor"
) -> Document:
    """The proof that a checkpoint covers a row."""
    arguments: dict[str, Any] = {"p_journal_id": journal_id, "p_checkpoint_no": checkpoint_no}
    answer: Document = database.call(role, "inclusion_proof", at=None, **arguments)
    return answer


def consistency(database: Database, first: int | None, second: int | None, role: str = "auditor") -> Document:
    """The proof that a checkpoint covers all that an earlier one did."""
    arguments: dict[str, Any] = {"p_from": first, "p_to": second}
    answer: Document = database.call(role, "consistency_proof", at=None, **arguments)
    return answer


def path_of(proof: Document) -> list[bytes]:
    """Its hashes."""
    return [bytes.fromhex(node) for node in proof["path"]]


@pytest.fixture
def grown(clone: Database) -> Database:
    """A ledger with a checkpoint at every size from 1 on, numbered alike."""
    write(clone, SIZES - clone.value("select count(*) from ledger.journal"))
    settle(clone)
    for _ in range(SIZES):
        make(clone, 1)
    return clone


def test_every_row_is_proved_to_be_in_every_checkpoint_that_covers_it(grown: Database) -> None:
    data, journal_ids = leaves(grown), covered(grown)
    hashes = [hash_leaf(leaf) for leaf in data]

    for size in range(1, SIZES + 1):
        root = rfc6962.tree_hash(data[:size])
        for leaf_no in range(size):
            proof = inclusion(grown, journal_ids[leaf_no], size)
            path = path_of(proof)
            assert (proof["leaf_no"], proof["checkpoint"]["tree_size"]) == (leaf_no, size)
            assert proof["row_hash"] == data[leaf_no][8:].hex()
            assert path == rfc6962.path(leaf_no, data[:size])
            assert verify_inclusion(hashes[leaf_no], leaf_no, size, path, root)


def test_every_checkpoint_is_proved_to_continue_every_earlier_one(grown: Database) -> None:
    data = leaves(grown)
    roots = [rfc6962.tree_hash(data[:size]) for size in range(SIZES + 1)]

    for later in range(1, SIZES + 1):
        for earlier in range(1, later + 1):
            proof = consistency(grown, earlier, later)
            path = path_of(proof)
            assert (proof["from"]["checkpoint_no"], proof["to"]["checkpoint_no"]) == (earlier, later)
            assert path == rfc6962.proof(earlier, data[:later])
            assert verify_consistency(earlier, later, path, roots[earlier], roots[later])


@pytest.mark.parametrize("role", READERS)
def test_who_reads_the_past_gets_proofs_of_the_last_checkpoint_unless_one_is_named(
    clone: Database, role: str
) -> None:
    checkpoint(clone, 2)
    last = checkpoint(clone)["checkpoint"]
    journal_id = covered(clone)[0]

    assert inclusion(clone, journal_id, None, role) == inclusion(clone, journal_id, 2, role)
    assert inclusion(clone, journal_id, None, role)["checkpoint"] == last
    assert consistency(clone, 1, None, role) == consistency(clone, 1, 2, role)
    assert consistency(clone, 2, None, role)["path"] == []


def refusal(database: Database, function: str, **arguments: Any) -> tuple[int, str]:
    """What a question is refused with."""
    with pytest.raises(Refused) as refused:
        database.call("auditor", function, at=None, **arguments)
    return refused.value.status, refused.value.code


def test_a_row_that_no_leaf_stands_for_yet_has_no_proof(clone: Database) -> None:
    checkpoint(clone)
    write(clone, 1)
    newest = clone.value("select max(journal_id) from ledger.journal")
    expected = (404, "journal_row_uncovered")

    assert refusal(clone, "inclusion_proof", p_journal_id=newest) == expected
    assert refusal(clone, "inclusion_proof", p_journal_id=newest + 1000) == expected
    checkpoint(clone)
    assert refusal(clone, "inclusion_proof", p_journal_id=newest, p_checkpoint_no=1) == expected
    assert inclusion(clone, newest, 2)["journal_id"] == newest


def test_a_checkpoint_that_does_not_exist_proves_nothing(clone: Database) -> None:
    expected = (404, "checkpoint_unknown")

    assert refusal(clone, "inclusion_proof", p_journal_id=1) == expected
    assert refusal(clone, "consistency_proof", p_from=None, p_to=None) == expected
    checkpoint(clone)
    assert refusal(clone, "inclusion_proof", p_journal_id=1, p_checkpoint_no=2) == expected
    assert refusal(clone, "consistency_proof", p_from=1, p_to=2) == expected
    assert refusal(clone, "consistency_proof", p_from=0, p_to=1) == expected


def test_an_earlier_checkpoint_cannot_continue_a_later_one(clone: Database) -> None:
    checkpoint(clone, 2)
    checkpoint(clone)

    assert refusal(clone, "consistency_proof", p_from=2, p_to=1) == (422, "checkpoints_reversed")
