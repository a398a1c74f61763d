"""The Merkle tree of RFC 6962, section 2.1: its root from a stream of leaves, and whether a proof holds.

Leaf number n of the ledger's tree stands for the nth journal row that a checkpoint covered (see
ledger.merkle_leaves). Verification follows RFC 9162, sections 2.1.3.2 and 2.1.4.2, which write down the
algorithms for the same tree. Hashes are SHA-256, 32 bytes; numbers of leaves count from 0.
"""

import hashlib
from collections.abc import Sequence

EMPTY_ROOT = hashlib.sha256().digest()

# Told apart, so that no node can be passed off as a leaf.
_LEAF = b"\x00"
_NODE = b"\x01"


def leaf_data(journal_id: int, row_hash: bytes) -> bytes:
    """What a leaf holds: a journal row's number as 8 bytes, big-endian, and its 32-byte hash."""
    return journal_id.to_bytes(8, "big", signed=True) + row_hash


def leaf_hash(journal_id: int, row_hash: bytes) -> bytes:
    """The hash of the leaf of a journal row."""
    return hash_leaf(leaf_data(journal_id, row_hash))


def hash_leaf(data: bytes) -> bytes:
    """The hash of a leaf that holds `data`."""
    return hashlib.sha256(_LEAF + data).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node over the hashes of its two children."""
    return hashlib.sha256(_NODE + left + right).digest()


class CompactRange:
    """A tree that grows leaf by leaf and keeps only the roots of its complete subtrees: O(log n) memory.

    The root can be asked for at any size on the way, for example at every checkpoint's.
    """

    def __init__(self) -> None:
        self._size = 0
        # Largest subtree first: one for each bit set in the size.
        self._peaks: list[bytes] = []

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return self._size

    def add(self, leaf: bytes) -> list[bytes]:
        """Append a leaf by its hash (see leaf_hash); returns the subtrees it completes, level 1 first."""
        size, node = self._size, leaf
        completed: list[bytes] = []
        while size & 1:
            node = hash_node(self._peaks.pop(), node)
            completed.append(node)
            size >>= 1
        self._peaks.append(node)
        self._size += 1
        return completed

    def root(self) -> bytes:
        """The Merkle tree hash of all leaves so far; of none, the hash of nothing."""
        if not self._peaks:
            return EMPTY_ROOT
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = hash_node(peak, root)
        return root


def verify_inclusion(leaf: bytes, leaf_no: int, tree_size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the path proves that the tree with this size and root has this leaf hash at `leaf_no`."""
    if not 0 <= leaf_no < tree_size:
        return False
    # Numbers of the node on the way up and of the last one on its level.
    node_no, last_no, node = leaf_no, tree_size - 1, leaf
    for sibling in path:
        if last_no == 0:
            return False
        if node_no & 1 or node_no == last_no:
            node = hash_node(sibling, node)
            node_no, last_no = _past_lone_nodes(node_no, last_no)
        else:
            node = hash_node(node, sibling)
        node_no, last_no = node_no >> 1, last_no >> 1
    return last_no == 0 and node == root


def verify_consistency(
    from_size: int, to_size: int, path: Sequence[bytes], from_root: bytes, to_root: bytes
) -> bool:
    """Whether the path proves that the larger tree begins with all leaves of the smaller one, in their order.

    Two trees of one size need an empty path and the same root. An empty tree proves nothing: False.
    """
    if not 0 < from_size <= to_size:
        return False
    if from_size == to_size:
        return not path and from_root == to_root
    if from_size & (from_size - 1) == 0:
        # The smaller tree is itself a node of the larger one, and its root is left out of the path.
        path = [from_root, *path]
    return _roots(from_size, to_size, path) == (from_root, to_root)


def _roots(from_size: int, to_size: int, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """The roots of both trees that a consistency path leads to; None if it is too short or too long."""
    node_no, last_no = from_size - 1, to_size - 1
    while node_no & 1:
        node_no, last_no = node_no >> 1, last_no >> 1
    if not path:
        return None
    smaller = larger = path[0]
    for sibling in path[1:]:
        if last_no == 0:
            return None
        if node_no & 1 or node_no == last_no:
            smaller, larger = hash_node(sibling, smaller), hash_node(sibling, larger)
            node_no, last_no = _past_lone_nodes(node_no, last_no)
        else:
            larger = hash_node(larger, sibling)
        node_no, last_no = node_no >> 1, last_no >> 1
    return (smaller, larger) if last_no == 0 else None


def _past_lone_nodes(node_no: int, last_no: int) -> tuple[int, int]:
    """Up to the level below which the node had no sibling: a lone node at the border is its own parent."""
    while node_no and not node_no & 1:
        node_no, last_no = node_no >> 1, last_no >> 1
    return node_no, last_no
