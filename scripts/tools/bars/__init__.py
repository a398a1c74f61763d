"""Bars from the command line: into the ledger and out of it."""
