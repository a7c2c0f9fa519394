"""The plans: how many requests each includes a month, and when usage is reset."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from handlers.common.timestamps import parse

# Requests a month, cheapest plan first.
LIMITS: Mapping[str, int] = {"free": 5_000, "starter": 25_000, "pro": 100_000, "business": 500_000}
PRICING_URL = "https://pkgwatch.dev/pricing"


def monthly_limit(tier: object) -> int:
    """Requests a month of a plan; an unknown plan gets the free one's."""
    return LIMITS.get(str(tier), LIMITS["free"])


def next_month(now: datetime) -> datetime:
    """00:00 UTC on the first of the month after ``now``."""
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first.replace(year=now.year + 1, month=1) if now.month == 12 else first.replace(month=now.month + 1)


def period_end(tier: str, user: Mapping[str, Any], now: datetime) -> datetime:
    """When usage is reset: the end of the paid period (stored as epoch seconds or as text), else the
    next month."""
    end = user.get("current_period_end")
    if tier == "free" or not end:
        return next_month(now)
    if isinstance(end, int | float):
        return datetime.fromtimestamp(end, now.tzinfo)
    return parse(end) or next_month(now)
