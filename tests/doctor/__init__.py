"""The doctor as a person calls it, and what the runbook says to what it finds."""
