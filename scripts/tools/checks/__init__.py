"""Checks of the project that need more than a linter."""
