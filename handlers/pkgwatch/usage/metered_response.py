"""The response to a metered request: rate headers, and a warning when the month's requests run out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from handlers.common.web.response import Response, json_response
from handlers.pkgwatch.accounts.plans import next_month


def metered_response(body: dict[str, Any], usage: int, limit: int, remaining: int, now: datetime) -> Response:
    """200 with ``body``, for a plan of ``limit`` requests a month of which ``usage`` are used. ``remaining`` counts
    those of the bonus too."""
    headers = _rate_headers(limit, remaining, now)
    alert = _usage_alert(usage, limit)
    if alert:
        body["usage_alert"] = alert
        headers |= {"X-Usage-Alert": alert["level"], "X-Usage-Percent": str(alert["percent"])}
    return json_response(200, body, headers)


def _rate_headers(limit: int, remaining: int, now: datetime) -> dict[str, str]:
    """The X-RateLimit headers of a plan; ``remaining`` is shown as 0 if it is less."""
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(max(0, remaining)),
        "X-RateLimit-Reset": str(int(next_month(now).timestamp())),
    }


def _usage_alert(usage: int, limit: int) -> dict[str, Any] | None:
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
