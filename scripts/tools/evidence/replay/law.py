"""What a replay claims: every table of the ledger, but for those that cannot come out of the journal."""

from collections.abc import Mapping

# Each with the reason. A table that is in neither the journal nor this list is compared, and will differ.
NOT_CLAIMED: Mapping[str, str] = {
    "account_states": "overwritten at each sync, not journaled; decisions hold the numbers they used",
    "bars": "too many to be journaled; a signal holds the indicators it was made from",
    "checkpoints": "is about the journal: `scripts/distort verify` recomputes it",
    "equity_marks": "overwritten at each sync, not journaled; decisions hold the numbers they used",
    "instruments": "overwritten at each sync, not journaled; decisions hold the numbers they used",
    "journal": "is what is replayed: `scripts/distort verify` proves it",
    "journal_epochs": "is about the journal, and says where transaction numbers began anew",
    "merkle_leaves": "is about the journal: `scripts/distort verify` recomputes it",
    "merkle_nodes": "is about the journal: `scripts/distort verify` recomputes it",
    "officer_instances": "overwritten at each call of an EA and not journaled",
    "partitioned_months": "when months were made is not journaled; those that stories need are looked for",
}
# What the auditor may not read; any other table that is hidden from it is a fault.
UNREADABLE: Mapping[str, str] = {
    "settings": "only the owner of the database may read it; its changes are journaled and were applied",
}
