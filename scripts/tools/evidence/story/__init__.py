"""One story from the journal: who did what, when, and because of what."""
