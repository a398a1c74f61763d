"""Every hash, chain, root and table of a ledger, recomputed outside the database."""
