"""The time at which simulated tests play."""

from datetime import UTC, datetime, timedelta

T0 = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
"""Noon of a Monday: bars of every timeframe but D1 close at this moment."""

FIRST_MONTH = datetime(2025, 11, 1, tzinfo=UTC)
MONTHS = 6
"""The months around T0 for which a simulated project has partitions."""


def after(**parts: float) -> datetime:
    """T0 and some time, e.g. `after(minutes=5)`; negative parts go back."""
    return T0 + timedelta(**parts)
