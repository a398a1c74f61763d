"""The ledger as the functions see it: one client, one door per verb, refusals as problems."""
