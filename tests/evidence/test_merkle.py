"""The Merkle tree against RFC 6962's definition and Certificate Transparency's test vectors."""

import sys
from collections.abc import Callable

import pytest

from scripts.tools.evidence.merkle import (
    EMPTY_ROOT,
    CompactRange,
    hash_leaf,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from tests.evidence import rfc6962

SIZES = range(71)
LEAVES = [f"leaf {number}".encode() for number in SIZES]
HASHES = [hash_leaf(leaf) for leaf in LEAVES]
ROOTS = [rfc6962.tree_hash(LEAVES[:size]) for size in SIZES]

# (leaf, size, path) and (smaller size, larger size, path), as Certificate Transparency's tests have them.
CT_PATHS = [
    (0, 1, ()),
    (0, 8, ("96a296d2", "5f083f0a", "6b47aaf2")),
    (5, 8, ("bc1a0643", "ca854ea1", "d37ee418")),
    (2, 3, ("fac54203",)),
    (1, 5, ("6e340b9c", "5f083f0a", "bc1a0643")),
]
CT_PROOFS = [
    (1, 1, ()),
    (1, 8, ("96a296d2", "5f083f0a", "6b47aaf2")),
    (6, 8, ("0ebc5d34", "ca854ea1", "d37ee418")),
    (2, 5, ("5f083f0a", "bc1a0643")),
]
# The nodes of that tree, found by how they begin.
CT_NODES = {
    node[:8]: bytes.fromhex(node)
    for node in (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        *rfc6962.CT_ROOTS,
    )
}


def grown(leaves: list[bytes]) -> CompactRange:
    """A tree of these leaves."""
    tree = CompactRange()
    for leaf in leaves:
        tree.add(hash_leaf(leaf))
    return tree


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_those_of_certificate_transparency(size: int) -> None:
    expected = bytes.fromhex(rfc6962.CT_ROOTS[size])

    assert grown(rfc6962.CT_LEAVES[:size]).root() == expected
    assert rfc6962.tree_hash(rfc6962.CT_LEAVES[:size]) == expected


@pytest.mark.parametrize(("leaf_no", "size", "nodes"), CT_PATHS)
def test_the_audit_paths_of_certificate_transparency_hold(
    leaf_no: int, size: int, nodes: tuple[str, ...]
) -> None:
    path = [CT_NODES[node] for node in nodes]

    leaf, root = hash_leaf(rfc6962.CT_LEAVES[leaf_no]), bytes.fromhex(rfc6962.CT_ROOTS[size])
    assert verify_inclusion(leaf, leaf_no, size, path, root)
    assert rfc6962.path(leaf_no, rfc6962.CT_LEAVES[:size]) == path


@pytest.mark.parametrize(("from_size", "to_size", "nodes"), CT_PROOFS)
def test_the_consistency_proofs_of_certificate_transparency_hold(
    from_size: int, to_size: int, nodes: tuple[str, ...]
) -> None:
    path = [CT_NODES[node] for node in nodes]

    from_root, to_root = (bytes.fromhex(rfc6962.CT_ROOTS[size]) for size in (from_size, to_size))
    assert verify_consistency(from_size, to_size, path, from_root, to_root)
    assert rfc6962.proof(from_size, rfc6962.CT_LEAVES[:to_size]) == path


def test_a_growing_tree_has_the_defined_root_at_every_size() -> None:
    tree = CompactRange()
    roots = [tree.root()]
    for leaf in HASHES[:-1]:
        tree.add(leaf)
        roots.append(tree.root())

    assert roots == ROOTS
    assert tree.size == len(ROOTS) - 1
    assert roots[0] == EMPTY_ROOT


def test_large_trees_have_the_defined_root() -> None:
    for size in (1023, 1024, 1025, 5741, 8191):
        leaves = [number.to_bytes(4, "big") for number in range(size)]
        assert grown(leaves).root() == rfc6962.tree_hash(leaves), size


def test_a_growing_tree_keeps_one_hash_for_each_bit_of_its_size() -> None:
    tree = grown([b""] * 100_000)

    kept = sum(sys.getsizeof(value) for value in vars(tree).values() if isinstance(value, list))
    assert kept < 1000


def test_every_defined_path_holds_and_no_other_place_size_or_leaf_has_it() -> None:
    for size in SIZES[1:]:
        for leaf_no in range(size):
            path = rfc6962.path(leaf_no, LEAVES[:size])
            assert verify_inclusion(HASHES[leaf_no], leaf_no, size, path, ROOTS[size]), (leaf_no, size)
            for other in ((leaf_no + 1) % size, size, -1, leaf_no + size):
                wrong = other == leaf_no
                assert verify_inclusion(HASHES[leaf_no], other, size, path, ROOTS[size]) is wrong
            assert not verify_inclusion(HASHES[leaf_no - 1], leaf_no, size, path, ROOTS[size]) or size == 1
            assert not verify_inclusion(HASHES[leaf_no], leaf_no, size, path, ROOTS[size - 1])


def test_every_defined_consistency_proof_holds_and_not_between_other_roots() -> None:
    for to_size in SIZES[1:]:
        for from_size in range(1, to_size + 1):
            path = rfc6962.proof(from_size, LEAVES[:to_size])
            from_root, to_root = ROOTS[from_size], ROOTS[to_size]
            assert verify_consistency(from_size, to_size, path, from_root, to_root), (from_size, to_size)
            assert not verify_consistency(from_size, to_size, path, ROOTS[from_size - 1], to_root)
            assert not verify_consistency(from_size, to_size, path, from_root, ROOTS[to_size - 1])


DAMAGES: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "one too few": lambda path: path[:-1],
    "one too many": lambda path: [*path, path[-1]],
    "another": lambda path: [*path[:-1], HASHES[0]],
    "other order": lambda path: path[::-1],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_path_proves_nothing(damage: str) -> None:
    for size in range(5, 40):
        for number in range(1, size):
            path = rfc6962.path(number, LEAVES[:size])
            damaged = DAMAGES[damage](path)
            if damaged != path:  # a path of one hash reads the same from both ends
                assert not verify_inclusion(HASHES[number], number, size, damaged, ROOTS[size])
            path = rfc6962.proof(number, LEAVES[:size])
            damaged = DAMAGES[damage](path)
            if damaged != path:
                assert not verify_consistency(number, size, damaged, ROOTS[number], ROOTS[size])


@pytest.mark.parametrize(("from_size", "to_size"), [(0, 5), (6, 5), (-1, 5), (5, 0), (0, 0)])
def test_sizes_that_no_two_checkpoints_have_prove_nothing(from_size: int, to_size: int) -> None:
    path = rfc6962.proof(2, LEAVES[:5])

    assert not verify_consistency(from_size, to_size, path, ROOTS[2], ROOTS[5])
    assert not verify_consistency(from_size, to_size, [], ROOTS[0], ROOTS[0])


def test_trees_of_one_size_agree_without_a_path_or_not_at_all() -> None:
    assert verify_consistency(5, 5, [], ROOTS[5], ROOTS[5])
    assert not verify_consistency(5, 5, [], ROOTS[5], ROOTS[4])
    assert not verify_consistency(5, 5, [ROOTS[5]], ROOTS[5], ROOTS[5])


def test_an_inner_node_is_no_leaf() -> None:
    # Without the two prefixes, the children of a node could be passed off as what a leaf holds.
    left, right = rfc6962.tree_hash(LEAVES[:2]), rfc6962.tree_hash(LEAVES[2:4])

    assert not verify_inclusion(hash_leaf(left + right), 0, 1, [], ROOTS[4])


def test_a_journal_row_s_leaf_holds_its_number_and_its_hash() -> None:
    row_hash = bytes(range(32))

    assert leaf_hash(258, row_hash) == hash_leaf(b"\x00\x00\x00\x00\x00\x00\x01\x02" + row_hash)
