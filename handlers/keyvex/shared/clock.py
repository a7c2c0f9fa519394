"""Times: milliseconds since 1970 in items and messages, ISO-8601 for clients."""

from __future__ import annotations

import math
import time
from datetime import UTC, datetime

from handlers.common.timestamps import parse

# Keys of items have 13 digits, in which text order is time order: from September 2001. Less are mostly seconds.
_LEAST = 1_000_000_000_000
_AHEAD = 86_400_000  # milliseconds that a sender's clock may be ahead


def now_ms() -> int:
    """The time in milliseconds."""
    return int(time.time() * 1000)


def iso_ms(now: int) -> str:
    """ISO-8601 in UTC with milliseconds and ``Z``, as JavaScript writes it."""
    return datetime.fromtimestamp(now / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def utc_date(now: int) -> str:
    """The day in UTC, ``YYYY-MM-DD``."""
    return datetime.fromtimestamp(now / 1000, UTC).date().isoformat()


def message_time(timestamp: float | str | None, default: int) -> int:
    """A message's ``timestamp``, in milliseconds or as ISO-8601 text; ``default`` if it has none. ValueError for
    anything else, and for times before September 2001 or more than a day ahead."""
    if timestamp is None:
        return default
    if isinstance(timestamp, str):
        found = parse(timestamp)
        if found is None:
            raise ValueError("timestamp is neither a number of milliseconds nor ISO-8601")
        timestamp = round(found.timestamp() * 1000)
    if not math.isfinite(timestamp) or timestamp < _LEAST:
        raise ValueError("timestamp is out of range: milliseconds have 13 digits")
    if timestamp > now_ms() + _AHEAD:
        raise ValueError("timestamp is more than a day ahead")
    return int(timestamp)
