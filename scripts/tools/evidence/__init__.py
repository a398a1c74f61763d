"""The ledger as evidence: Merkle proofs, verification, replay and stories, all outside the database."""
