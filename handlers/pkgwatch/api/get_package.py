"""GET /packages/{ecosystem}/{name}: shows how healthy a package is."""

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
from handlers.common.web.serve import Call, Routes, serve
from handlers.pkgwatch.accounts import api_keys
from handlers.pkgwatch.accounts.plans import PRICING_URL
from handlers.pkgwatch.packages import data_quality
from handlers.pkgwatch.packages.package_names import ECOSYSTEMS, is_valid, normalize, package_key
from handlers.pkgwatch.packages.package_view import package_view
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.circuits import DYNAMODB
from handlers.pkgwatch.usage.allowance import Allowance
from handlers.pkgwatch.usage.ip_limits import DEMO_LIMIT, count_demo, demo_reset
from handlers.pkgwatch.usage.metered_response import metered_response
from handlers.pkgwatch.usage.quota import charge
from handlers.pkgwatch.web.api import IDENTIFIED_API

SIGNUP_URL = "https://pkgwatch.dev/start"


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, IDENTIFIED_API)


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of a request."""

    packages: Table
    keys: Table
    events: Table


@dataclass(frozen=True, slots=True)
class _Caller:
    """The owner of an API key, or a demo caller.

    ``key`` is None in demo mode, where ``demo_requests`` were made this hour. ``warning`` has the header that says that
    a key was sent but not recognized.
    """

    key: api_keys.ApiKey | None
    demo_requests: int
    warning: dict[str, str]


def answer(call: Call) -> Response:
    """The package's score, what it is made of, and the caller's rate headers."""
    return show(call, Tables(tables.packages(), tables.api_keys(), tables.referral_events()), DYNAMODB)


def show(call: Call, tables: Tables, circuit: CircuitBreaker) -> Response:
    """Checks the caller, then the name, then the package, then the quota: an unknown package costs nothing.

    The package is read while the caller is looked up, so that a request with a key takes two round trips.
    """
    request = call.request
    ecosystem, name, invalid = _requested(request)
    reading = None if invalid else run_in_background(tables.packages.get, package_key(ecosystem, name))
    caller = _identify(request, tables.keys, circuit, call.now)
    if invalid or not reading:
        raise invalid or AssertionError("unreachable")
    item = reading.result()
    if item is None or not data_quality.exists(item):
        raise ApiError(
            404,
            "package_not_found",
            f"{name} is not in our {ecosystem} data yet. You can ask for it.",
            details={"request_url": "/packages/request"},
        )
    if not _ready(item) and request.query.get("include_incomplete") != "true":
        return _collecting(ecosystem, name, item, caller)
    return _found(package_view(ecosystem, name, item), caller, tables, circuit, call.now)


def _requested(request: Request) -> tuple[str, str, ApiError | None]:
    ecosystem = (request.path.get("ecosystem") or "npm").lower()
    raw = request.path.get("name")
    if not raw:
        return ecosystem, "", ApiError(400, "missing_parameter", "Name a package.")
    decoded = unquote(raw)
    if ecosystem not in ECOSYSTEMS:
        return ecosystem, decoded, ApiError(400, "invalid_ecosystem", "The ecosystem is npm or pypi.")
    name = normalize(ecosystem, decoded)
    if not is_valid(ecosystem, name):
        return ecosystem, name, ApiError(400, "invalid_package_name", "This is not a valid package name.")
    return ecosystem, name, None


def _ready(item: Mapping[str, Any]) -> bool:
    stored = item.get("queryable")
    return bool(data_quality.queryable(item) if stored is None else stored)


def _collecting(ecosystem: str, name: str, item: Mapping[str, Any], caller: _Caller) -> Response:
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


def _found(body: dict[str, Any], caller: _Caller, tables: Tables, circuit: CircuitBreaker, now: datetime) -> Response:
    if caller.key is None:
        return json_response(200, body, {**_demo_headers(caller, now), **caller.warning})
    charged = charge(tables.keys, tables.events, caller.key, 1, circuit, now)
    if not charged.allowed:
        raise _quota_exceeded(Allowance.of(caller.key, charged.user, now), now)
    return metered_response(body, caller.key, charged, now)


def _identify(request: Request, keys: Table, circuit: CircuitBreaker, now: datetime) -> _Caller:
    """The caller; a demo request is counted. Raises 429 ``demo_rate_limit_exceeded``."""
    clear = request.header("x-api-key")
    key = api_keys.find(keys, clear, circuit) if clear else None
    if key:
        return _Caller(key, 0, {})
    warning = {"X-Auth-Warning": "api_key_not_recognized"} if clear else {}
    made = count_demo(keys, request.source_ip, now)
    if made is None:
        raise _demo_limit_exceeded(warning)
    return _Caller(None, made, warning)


def _demo_headers(caller: _Caller, now: datetime) -> dict[str, str]:
    return {
        "X-Demo-Mode": "true",
        "X-RateLimit-Limit": str(DEMO_LIMIT),
        "X-RateLimit-Remaining": str(DEMO_LIMIT - caller.demo_requests),
        "X-RateLimit-Reset": str(demo_reset(now)),
    }


def _demo_limit_exceeded(warning: dict[str, str]) -> ApiError:
    return ApiError(
        429,
        "demo_rate_limit_exceeded",
        f"The demo allows {DEMO_LIMIT} requests an hour. Sign up for a free API key.",
        extra={"retry_after_seconds": 3600, "signup_url": SIGNUP_URL},
        headers={**_limit_reached(DEMO_LIMIT, 3600), **warning},
    )


def _quota_exceeded(allowance: Allowance, now: datetime) -> ApiError:
    limit, seconds = allowance.limit, allowance.seconds_until_reset(now)
    return ApiError(
        429,
        "rate_limit_exceeded",
        f"The {limit:,} requests of your plan are used up until {allowance.reset:%Y-%m-%d}.",
        extra={"retry_after_seconds": seconds, "upgrade_url": PRICING_URL},
        headers=_limit_reached(limit, seconds),
    )


def _limit_reached(limit: int, seconds: int) -> dict[str, str]:
    return {"Retry-After": str(seconds), "X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": "0"}


ROUTES: Routes[Call] = {"GET /packages/{ecosystem}/{name}": answer}
