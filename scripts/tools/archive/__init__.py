"""Months that are over: out of the ledger into files, proved equal, and back."""
