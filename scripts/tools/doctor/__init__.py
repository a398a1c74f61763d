"""The doctor: what is stuck, since when, why, and what to do about it."""
