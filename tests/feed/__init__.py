"""Tests of the feed: bars from providers."""
