"""What is the answer to GET /usage?"""

from __future__ import annotations

from datetime import datetime

from handlers.common.circuit_breaker import CircuitBreaker
from handlers.common.dynamodb import Table
from handlers.common.timestamps import iso
from handlers.common.web.request import Request
from handlers.common.web.response import NO_STORE, Response, json_response
from handlers.pkgwatch.accounts import api_keys
from handlers.pkgwatch.usage.plans import LIMITS, period_end


def answer(request: Request, keys: Table, circuit: CircuitBreaker, now: datetime) -> Response:
    """Usage of the key's owner this month; asking costs nothing."""
    key = api_keys.required(keys, request.header("x-api-key"), circuit)
    user = keys.get((key.user_id, api_keys.USER_META), ("requests_this_month", "current_period_end")) or {}
    used = user.get("requests_this_month")
    if used is None:
        used = key.requests_this_month
    limit = key.monthly_limit
    remaining = max(0, limit - used)
    reset = period_end(key.tier, user, now)
    body = {
        "tier": key.tier,
        "usage": {
            "requests_this_month": used,
            "monthly_limit": limit,
            "remaining": remaining,
            "usage_percentage": round(used / limit * 100, 1),
        },
        "reset": {
            "date": iso(reset),
            "seconds_until_reset": max(0, int((reset - now).total_seconds())),
        },
        "limits_by_tier": dict(LIMITS),
    }
    headers = {
        "Cache-Control": NO_STORE,
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(remaining),
    }
    return json_response(200, body, headers)
