"""The feed: closed bars come in."""
