"""What is the answer to POST /packages/request?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import ConditionFailed, Table
from handlers.common.logs import logger
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.common.web.response import Response, json_response
from handlers.pkgwatch.packages.new_packages import new_item
from handlers.pkgwatch.packages.package_names import ECOSYSTEMS, is_valid, normalise, package_key
from handlers.pkgwatch.packages.package_queue import PackageQueue
from handlers.pkgwatch.usage.ip_limits import REQUEST_LIMIT, count_package_request

REASON = "user_request"


@dataclass(frozen=True, slots=True)
class Services:
    """What a request works with; ``exists(ecosystem, name)`` asks whether there is such a package."""

    packages: Table
    keys: Table
    queue: PackageQueue
    exists: Callable[[str, str], bool]
    ip_hash_salt: str


def answer(request: Request, services: Services, now: datetime) -> Response:
    """Adds an existing package that is not in our data yet and queues its collection."""
    ecosystem, name = _wanted(request)
    if count_package_request(services.keys, request.source_ip, now) is None:
        raise ApiError(429, "rate_limit_exceeded", f"You can ask for {REQUEST_LIMIT} packages a day.")
    possible = is_valid(ecosystem, name)
    if possible and services.packages.get(package_key(ecosystem, name), ("pk",)):
        return _known(ecosystem, name)
    if not possible or not services.exists(ecosystem, name):
        raise ApiError(404, "package_not_found", f"There is no package {name} on {ecosystem}.")
    address = hashlib.sha256((request.source_ip + services.ip_hash_salt).encode()).hexdigest()[:16]
    item = new_item(ecosystem, name, REASON, now, requested_by_ip_hash=address)
    try:
        services.packages.put(item, "attribute_not_exists(pk)")
    except ConditionFailed:
        return _known(ecosystem, name)
    except ServiceError as error:
        logger.exception("The package could not be written")
        raise ApiError(500, "db_error", "The package could not be added. Please try again.") from error
    services.queue.send(ecosystem, [name], REASON)
    return _response("queued", ecosystem, name, "The package will be collected soon.", eta_minutes=5)


def _wanted(request: Request) -> tuple[str, str]:
    try:
        body = request.json()
    except ValueError:
        body = []
    if body is not None and not isinstance(body, dict):
        raise ApiError(400, "invalid_json", "The body must be a JSON object.")
    sent = (body or {}).get("name")
    name = sent.strip() if isinstance(sent, str) else ""
    if not name:
        raise ApiError(400, "missing_name", "Name a package.")
    ecosystem = (body or {}).get("ecosystem", "npm")
    if not isinstance(ecosystem, str) or ecosystem.lower() not in ECOSYSTEMS:
        raise ApiError(400, "invalid_ecosystem", "The ecosystem is npm or pypi.")
    return ecosystem.lower(), normalise(ecosystem.lower(), name)


def _known(ecosystem: str, name: str) -> Response:
    return _response("exists", ecosystem, name, "The package is in our data already.")


def _response(status: str, ecosystem: str, name: str, message: str, **more: Any) -> Response:
    body = {"status": status, "package": name, "ecosystem": ecosystem, "message": message, **more}
    return json_response(200, body)
