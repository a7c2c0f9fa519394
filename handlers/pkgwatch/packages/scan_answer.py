"""What is the answer to POST /scan?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.common.circuit_breaker import CircuitBreaker
from handlers.common.dynamodb import Table
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.common.web.response import Response, json_response
from handlers.pkgwatch.accounts import api_keys
from handlers.pkgwatch.packages.package_names import is_valid, normalise
from handlers.pkgwatch.packages.package_queue import PackageQueue
from handlers.pkgwatch.packages.scan_lookup import look_up
from handlers.pkgwatch.packages.scan_report import scan_report
from handlers.pkgwatch.packages.scan_request import parse
from handlers.pkgwatch.usage.metering import Charge
from handlers.pkgwatch.usage.plans import rate_headers
from handlers.pkgwatch.usage.quota import charge
from handlers.pkgwatch.usage.usage_alert import alert_headers, usage_alert

MOST_DISCOVERED = 50  # unknown names a scan queues for collection


@dataclass(frozen=True, slots=True)
class Services:
    """What a scan works with."""

    packages: Table
    keys: Table
    events: Table
    queue: PackageQueue


def answer(request: Request, services: Services, circuit: CircuitBreaker, now: datetime) -> Response:
    """Charges one request a name, found or not, then looks all of them up. Nothing is read before it is paid
    for: a scan may read a thousand items."""
    key = api_keys.required(services.keys, request.header("x-api-key"), circuit)
    wanted = parse(request)
    charged = charge(services.keys, services.events, key, len(wanted.names), circuit, now)
    if not charged.allowed:
        raise ApiError(429, "rate_limit_exceeded", "This scan exceeds what is left of your plan this month.")
    names = list(dict.fromkeys(normalise(wanted.ecosystem, name) for name in wanted.names))
    valid = [name for name in names if is_valid(wanted.ecosystem, name)]
    found = look_up(services.packages, wanted.ecosystem, valid)
    missing = [name for name in names if name not in found]
    body = scan_report(len(wanted.names), found, missing)
    discovery = _discover(services.queue, wanted.ecosystem, [n for n in valid if n not in found], len(missing))
    if discovery:
        body["discovery"] = discovery
    return _respond(body, charged, key.monthly_limit, now)


def _discover(queue: PackageQueue, ecosystem: str, unknown: list[str], missing: int) -> dict[str, Any] | None:
    queued = queue.send(ecosystem, unknown[:MOST_DISCOVERED], "scan_discovery")
    if not queued:
        return None
    message = f"{queued} unknown packages are being collected; scan again in a few minutes."
    return {"queued": queued, "skipped": missing - queued, "message": message}


def _respond(body: dict[str, Any], charged: Charge, limit: int, now: datetime) -> Response:
    usage = max(0, charged.usage)
    headers = rate_headers(limit, limit + max(0, charged.bonus) - usage, now)
    alert = usage_alert(usage, limit)
    if alert:
        body["usage_alert"] = alert
        headers.update(alert_headers(alert))
    return json_response(200, body, headers)
