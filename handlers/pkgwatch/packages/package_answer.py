"""What is the answer to GET /packages/{ecosystem}/{name}?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from handlers.common.circuit_breaker import CircuitBreaker
from handlers.common.dynamodb import Table
from handlers.common.parallel import run_in_background
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.common.web.response import Response, json_response
from handlers.pkgwatch.packages import data_quality
from handlers.pkgwatch.packages.package_names import ECOSYSTEMS, is_valid, normalise, package_key
from handlers.pkgwatch.packages.package_view import package_view
from handlers.pkgwatch.usage.caller import Caller, demo_headers, identify
from handlers.pkgwatch.usage.plans import PRICING_URL, next_month, rate_headers
from handlers.pkgwatch.usage.quota import charge
from handlers.pkgwatch.usage.usage_alert import alert_headers, usage_alert


@dataclass(frozen=True, slots=True)
class Tables:
    """What the answer is made from."""

    packages: Table
    keys: Table
    events: Table


def answer(request: Request, tables: Tables, circuit: CircuitBreaker, now: datetime) -> Response:
    """Caller, then names, then the package, then the quota: what is not there or not ready costs nothing.

    The package is read while the caller is looked up, so an authenticated answer takes two round trips.
    """
    ecosystem, name, refusal = _wanted(request)
    reading = None if refusal else run_in_background(tables.packages.get, package_key(ecosystem, name))
    caller = identify(request, tables.keys, circuit, now)
    if refusal or not reading:
        raise refusal or AssertionError("unreachable")
    item = reading.result()
    if item is None:
        raise ApiError(
            404,
            "package_not_found",
            f"{name} is not in our {ecosystem} data yet. You can ask for it.",
            details={"request_url": "/packages/request"},
        )
    if not _ready(item) and request.query.get("include_incomplete") != "true":
        return _collecting(ecosystem, name, item, caller)
    return _found(package_view(ecosystem, name, item), caller, tables, circuit, now)


def _wanted(request: Request) -> tuple[str, str, ApiError | None]:
    ecosystem = (request.path.get("ecosystem") or "npm").lower()
    raw = request.path.get("name")
    if not raw:
        return ecosystem, "", ApiError(400, "missing_parameter", "Name a package.")
    decoded = unquote(raw)
    if ecosystem not in ECOSYSTEMS:
        return ecosystem, decoded, ApiError(400, "invalid_ecosystem", "The ecosystem is npm or pypi.")
    name = normalise(ecosystem, decoded)
    if not is_valid(ecosystem, name):
        return ecosystem, name, ApiError(400, "invalid_package_name", "This is not a valid package name.")
    return ecosystem, name, None


def _ready(item: Mapping[str, Any]) -> bool:
    stored = item.get("queryable")
    return bool(data_quality.queryable(item) if stored is None else stored)


def _collecting(ecosystem: str, name: str, item: Mapping[str, Any], caller: Caller) -> Response:
    status = item.get("data_status") or "pending"
    seconds = 60 if status == "pending" else 300
    body = {
        "status": "collecting",
        "package": name,
        "ecosystem": ecosystem,
        "data_status": status,
        "message": "The data of this package is still being collected.",
        "retry_after_seconds": seconds,
    }
    return json_response(202, body, {"Retry-After": str(seconds), **caller.warning})


def _found(body: dict[str, Any], caller: Caller, tables: Tables, circuit: CircuitBreaker, now: datetime) -> Response:
    if caller.key is None:
        return json_response(200, body, {**demo_headers(caller, now), **caller.warning})
    limit = caller.key.monthly_limit
    charged = charge(tables.keys, tables.events, caller.key, 1, circuit, now)
    if not charged.allowed:
        raise _quota_used_up(limit, now)
    headers = rate_headers(limit, limit - max(0, charged.usage), now)
    alert = usage_alert(charged.usage, limit)
    if alert:
        body["usage_alert"] = alert
        headers.update(alert_headers(alert))
    return json_response(200, body, headers)


def _quota_used_up(limit: int, now: datetime) -> ApiError:
    seconds = int((next_month(now) - now).total_seconds())
    return ApiError(
        429,
        "rate_limit_exceeded",
        f"The {limit:,} requests of your plan are used up until next month.",
        extra={"retry_after_seconds": seconds, "upgrade_url": PRICING_URL},
        headers={
            "Retry-After": str(seconds),
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": "0",
        },
    )
