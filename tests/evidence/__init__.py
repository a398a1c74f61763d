"""The ledger as evidence: its Merkle tree, and what is recomputed outside the database."""
