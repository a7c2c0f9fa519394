"""Times as the tables have them."""

from __future__ import annotations

import time

SESSION_SECONDS = 86400
MESSAGE_SECONDS = 3600


def now() -> int:
    """Milliseconds since 1970."""
    return int(time.time() * 1000)


def expiry(seconds: int) -> int:
    """The time to live of an item that is written now: seconds since 1970."""
    return int(time.time()) + seconds
