"""Strategies: pure functions from bars and parameters to proposals; no I/O, no clock, no state."""
