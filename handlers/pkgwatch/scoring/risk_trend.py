"""Is a package's risk growing?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handlers.pkgwatch.scoring.facts import number


def risk_trend(values: Sequence[object]) -> dict[str, Any]:
    """``{trend, change, current, previous}`` of the last two values in points: below 5 of change is STABLE,
    else INCREASING or DECREASING. Too few values, or ones that are no numbers: STABLE without the last two."""
    previous, current = (number(value) for value in values[-2:]) if len(values) > 1 else (None, None)
    if previous is None or current is None:
        return {"trend": "STABLE", "change": 0.0}
    change = current - previous
    trend = "STABLE" if abs(change) < 5 else "INCREASING" if change > 0 else "DECREASING"
    rounded = {"change": change, "current": current, "previous": previous}
    return {"trend": trend, **{name: round(value, 1) for name, value in rounded.items()}}
