"""The officer: what one MT5 account's expert advisor asks and tells. Its account comes from its API key."""
