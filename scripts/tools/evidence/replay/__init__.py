"""The journal folded into an empty ledger, and the two compared."""
