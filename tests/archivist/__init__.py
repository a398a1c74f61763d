"""Tests of POST /archivist."""
