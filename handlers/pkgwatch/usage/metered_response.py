"""The response to a metered request: rate headers, and a warning when the month's requests run out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from handlers.common.web.response import Response, json_response
from handlers.pkgwatch.accounts.api_keys import ApiKey
from handlers.pkgwatch.usage.allowance import Allowance
from handlers.pkgwatch.usage.metering import Charge


def metered_response(body: dict[str, Any], key: ApiKey, charged: Charge, now: datetime) -> Response:
    """200 with ``body``, for a request that was ``charged`` to a key."""
    headers = Allowance.of(key, charged.user, now).headers()
    alert = _usage_alert(max(0, charged.usage), key.monthly_limit)
    if alert:
        body["usage_alert"] = alert
        headers |= {"X-Usage-Alert": alert["level"], "X-Usage-Percent": str(alert["percent"])}
    return json_response(200, body, headers)


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
