"""The archivist: keeps the ledger small and provable. Called by a scheduler."""
