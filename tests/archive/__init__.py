"""Tests of exporting, verifying, restoring and dropping archived months."""
