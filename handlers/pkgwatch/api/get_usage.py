"""GET /usage: shows how much of the month's requests is used."""

from __future__ import annotations

from typing import Any

from handlers.common.timestamps import iso
from handlers.common.web.response import Response, json_response
from handlers.common.web.serve import Call, Routes, serve
from handlers.pkgwatch.accounts import api_keys
from handlers.pkgwatch.accounts.plans import LIMITS
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.circuits import DYNAMODB
from handlers.pkgwatch.usage.allowance import ATTRIBUTES, Allowance
from handlers.pkgwatch.web.api import API


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


def answer(call: Call) -> Response:
    """What the key's owner has used this month; the request itself is not counted."""
    keys = tables.api_keys()
    key = api_keys.required(keys, call.request.header("x-api-key"), DYNAMODB)
    user = keys.get((key.user_id, api_keys.USER_META), ATTRIBUTES) or {}
    allowance = Allowance.of(key, user, call.now)
    body = {
        "tier": key.tier,
        "usage": {
            "requests_this_month": allowance.used,
            "monthly_limit": allowance.limit,
            "remaining": allowance.remains,
            "usage_percentage": round(allowance.used / allowance.limit * 100, 1),
        },
        "reset": {
            "date": iso(allowance.reset),
            "seconds_until_reset": max(0, int((allowance.reset - call.now).total_seconds())),
        },
        "limits_by_tier": dict(LIMITS),
    }
    return json_response(200, body, allowance.headers())


ROUTES: Routes[Call] = {"GET /usage": answer}
