"""Should a user be told that the month's requests run out?"""

from __future__ import annotations

from typing import Any


def usage_alert(usage: int, limit: int) -> dict[str, Any] | None:
    """``{level, percent, message}`` from 80 % of the plan's limit on, else None."""
    percent = usage / limit * 100 if limit > 0 else 100.0
    if percent >= 100:
        return {"level": "exceeded", "percent": 100, "message": "The monthly limit is used up."}
    if percent >= 95:
        message = f"{limit - usage} requests left this month."
        return {"level": "critical", "percent": round(percent, 1), "message": message}
    if percent >= 80:
        message = f"{round(100 - percent, 1)} % of the monthly limit left."
        return {"level": "warning", "percent": round(percent, 1), "message": message}
    return None


def alert_headers(alert: dict[str, Any]) -> dict[str, str]:
    """The same as headers."""
    return {"X-Usage-Alert": alert["level"], "X-Usage-Percent": str(alert["percent"])}
