"""Grows the Merkle tree again from its leaves, and holds every stored root and node against it."""

from collections.abc import Iterator
from typing import LiteralString

from scripts.tools.evidence.auditor import Connection, stream
from scripts.tools.evidence.merkle import CompactRange, leaf_hash
from scripts.tools.evidence.verify.checkpoints import Checkpoint, checkpoints
from scripts.tools.evidence.verify.findings import Code, Findings

# In the order in which they become complete: by their last leaf, lower ones first.
_NODES: LiteralString = """
    select level, node_no, hash from ledger.merkle_nodes order by (node_no + 1) << level, level
"""
Node = tuple[int, int, bytes]


class Tree:
    """The tree as it must be, of which only the right border is kept in memory."""

    def __init__(self, connection: Connection, findings: Findings) -> None:
        self.checkpoints = 0
        self._findings = findings
        self._range = CompactRange()
        self._next_leaf_no = 0
        self._checkpoints = checkpoints(connection, findings)
        self._passed: Checkpoint | None = None
        self._checkpoint = self._next_checkpoint()
        self._nodes: Iterator[Node] = stream(connection, "nodes", _NODES)
        self._nodes_differ = False

    def grow(self, leaf_no: int, journal_id: int, row_hash: bytes) -> None:
        """Take the next leaf in, and compare what it completes."""
        if leaf_no != self._next_leaf_no:
            explanation = f"the leaf before it is missing: {self._next_leaf_no}"
            self._findings.add(Code.LEAF_MISSING, f"leaf {leaf_no}", explanation, journal_id=journal_id)
        self._next_leaf_no = leaf_no + 1
        size = self._range.size
        for level, node in enumerate(self._range.add(leaf_hash(journal_id, row_hash)), start=1):
            self._compare_node((level, size >> level, node), next(self._nodes, None))
        while self._checkpoint and self._checkpoint.tree_size <= self._range.size:
            self._compare_root(self._checkpoint)
            self._passed, self._checkpoint = self._checkpoint, self._next_checkpoint()

    def finish(self) -> None:
        """All leaves are in: nothing that is stored may speak of more."""
        self._compare_node(None, next(self._nodes, None))
        anchored = self._passed.tree_size if self._passed else 0
        if not self._checkpoint and self._range.size > anchored:
            # A checkpoint and its leaves are written together, or not at all.
            after = f"after {self._passed.place}" if self._passed else "at the beginning"
            explanation = f"{self._range.size - anchored} leaves are under no checkpoint"
            self._findings.add(Code.CHECKPOINT_MISSING, after, explanation)
        while self._checkpoint:
            covered, there = self._checkpoint.tree_size, self._range.size
            self._root_mismatch(self._checkpoint, f"it covers {covered} leaves, there are {there}")
            self._checkpoint = self._next_checkpoint()

    def _compare_root(self, checkpoint: Checkpoint) -> None:
        if checkpoint.tree_size < self._range.size or self._range.root().hex() != checkpoint.root_hash:
            self._root_mismatch(checkpoint, "its root is not that of the leaves it covers")

    def _root_mismatch(self, checkpoint: Checkpoint, explanation: str) -> None:
        number = checkpoint.checkpoint_no
        self._findings.add(Code.ROOT_MISMATCH, checkpoint.place, explanation, checkpoint_no=number)

    def _compare_node(self, mine: Node | None, stored: Node | None) -> None:
        # One that is missing or too many puts all others out of step: the first says enough.
        if mine != stored and not self._nodes_differ:
            self._nodes_differ = True
            level, node_no, _ = mine or stored or (0, 0, b"")
            where, explanation = f"node {node_no} of level {level}", "it is not stored as its leaves make it"
            self._findings.add(Code.NODE_MISMATCH, where, explanation)

    def _next_checkpoint(self) -> Checkpoint | None:
        checkpoint = next(self._checkpoints, None)
        self.checkpoints += checkpoint is not None
        return checkpoint
