"""Metrics: what a monitoring system asks."""
