"""The server-side chaos test: every part of the server is killed at random while officers trade."""
