"""Nights that a position is held over: when a broker credits or charges swap."""

from datetime import datetime, timedelta

# Of Monday to Sunday, the day that the night ends. Two days after a trade its currencies are delivered; what
# is held over Wednesday's night would be delivered over the weekend, so that night counts three.
NIGHTS = (1, 1, 3, 1, 1, 0, 0)


def nights(after: datetime, until: datetime, server_time_offset_seconds: int) -> int:
    """How many nights of swap lie in (after, until]: midnights of the broker's server, Wednesday's threefold.

    SYMBOL_SWAP_ROLLOVER3DAYS is Wednesday unless a broker says otherwise; weekends have none of their own.
    """
    offset = timedelta(seconds=server_time_offset_seconds)
    first, last = (after + offset).date(), (until + offset).date()
    return sum(NIGHTS[(first + timedelta(days=day)).weekday()] for day in range((last - first).days))
