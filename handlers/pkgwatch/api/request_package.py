"""POST /packages/request: adds a package that exists and is not in our data yet."""

from __future__ import annotations

import hashlib
from functools import cache, partial
from typing import Any
from urllib.parse import quote

from handlers.common.aws import ServiceError, client
from handlers.common.http import HttpClient, NoResponse
from handlers.common.logs import logger
from handlers.common.secrets import SecretUnavailable, secret
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.common.web.response import Response, json_response
from handlers.common.web.serve import Call, Routes, serve
from handlers.pkgwatch.packages import data_quality
from handlers.pkgwatch.packages.new_packages import add_item, new_item
from handlers.pkgwatch.packages.package_names import ECOSYSTEMS, is_valid, normalize, package_key
from handlers.pkgwatch.packages.package_queue import PackageQueue
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.usage.ip_limits import REQUEST_LIMIT, count_package_request
from handlers.pkgwatch.web.api import API
from handlers.pkgwatch.web.fields import json_object

REASON = "user_request"


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


def answer(call: Call) -> Response:
    """Writes the package's item and queues its collection; a package that is known already stays as it is."""
    source_ip, packages = call.request.source_ip, tables.packages()
    ecosystem, name = _requested(call.request)
    if count_package_request(tables.api_keys(), source_ip, call.now) is None:
        raise ApiError(429, "rate_limit_exceeded", f"You can ask for {REQUEST_LIMIT} packages a day.")
    possible = is_valid(ecosystem, name)
    if possible and data_quality.exists(packages.get(package_key(ecosystem, name), ("pk", "data_status"))):
        return _known(ecosystem, name)
    if not possible or not exists(settings().depsdev_base_url, ecosystem, name):
        raise ApiError(404, "package_not_found", f"There is no package {name} on {ecosystem}.")
    item = new_item(ecosystem, name, REASON, call.now, **_requester(source_ip))
    try:
        if not add_item(packages, item):
            return _known(ecosystem, name)
    except ServiceError as error:
        logger.exception("The package could not be written")
        raise ApiError(500, "db_error", "The package could not be added. Please try again.") from error
    PackageQueue(partial(client, "sqs"), settings().package_queue_url).send(ecosystem, [name], REASON)
    return _response("queued", ecosystem, name, "The package will be collected soon.", eta_minutes=5)


def exists(base_url: str, ecosystem: str, name: str) -> bool:
    """Whether deps.dev knows the package; False if it does not answer within 10 s."""
    url = f"{base_url}/v3/systems/{ecosystem}/packages/{quote(name, safe='')}"
    try:
        return _client().request("GET", url, 10).status == 200
    except NoResponse:
        logger.warning("deps.dev did not answer", exc_info=True)
        return False


@cache
def _client() -> HttpClient:
    return HttpClient(redirects=20)


def _requester(source_ip: str) -> dict[str, str]:
    """Who asked, as the hash of their address; nothing while there is no secret to salt it with: there are so few
    addresses that a hash of one without it is read by trying all of them."""
    try:
        salt = secret(settings().ip_hash_salt_secret_arn, "salt")
    except SecretUnavailable:
        logger.warning("There is no salt to hash addresses with", exc_info=True)
        return {}
    return {"requested_by_ip_hash": hashlib.sha256((source_ip + salt).encode()).hexdigest()[:16]}


def _requested(request: Request) -> tuple[str, str]:
    body = json_object(request)
    sent = body.get("name")
    name = sent.strip() if isinstance(sent, str) else ""
    if not name:
        raise ApiError(400, "missing_name", "Name a package.")
    ecosystem = body.get("ecosystem", "npm")
    if not isinstance(ecosystem, str) or ecosystem.lower() not in ECOSYSTEMS:
        raise ApiError(400, "invalid_ecosystem", "The ecosystem is npm or pypi.")
    return ecosystem.lower(), normalize(ecosystem.lower(), name)


def _known(ecosystem: str, name: str) -> Response:
    return _response("exists", ecosystem, name, "The package is in our data already.")


def _response(status: str, ecosystem: str, name: str, message: str, **more: Any) -> Response:
    body = {"status": status, "package": name, "ecosystem": ecosystem, "message": message, **more}
    return json_response(200, body)


ROUTES: Routes[Call] = {"POST /packages/request": answer}
