"""POST /scan: shows how healthy the dependencies of a project are."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from handlers.common.aws import ServiceError, client
from handlers.common.dynamodb import Key, Table
from handlers.common.logs import logger
from handlers.common.parallel import run_in_background
from handlers.common.timestamps import parse
from handlers.common.web.errors import ApiError
from handlers.common.web.response import Response
from handlers.common.web.serve import Call, Routes, serve
from handlers.pkgwatch.accounts import api_keys
from handlers.pkgwatch.packages import data_quality
from handlers.pkgwatch.packages.batch_read import read_rounds
from handlers.pkgwatch.packages.package_names import is_valid, normalize, package_key
from handlers.pkgwatch.packages.package_queue import PackageQueue
from handlers.pkgwatch.packages.package_view import scan_view
from handlers.pkgwatch.packages.scan_request import parse_scan
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.circuits import DYNAMODB
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.usage.metered_response import metered_response
from handlers.pkgwatch.usage.quota import charge
from handlers.pkgwatch.web.api import IDENTIFIED_API

BATCH = 25  # packages a BatchGetItem
MOST_DISCOVERED = 50  # unknown names a scan queues for collection

_ROUNDS = 4
_UNKNOWN_FOR = timedelta(days=1)
_ATTRIBUTES = (
    "pk",
    "health_score",
    "risk_level",
    "abandonment_risk",
    "is_deprecated",
    "archived",
    "last_updated",
    "data_status",
    "repository_url",
)
_LEVELS = ("CRITICAL", "HIGH", "MEDIUM", "LOW")
_RANKS = {level: rank for rank, level in enumerate(_LEVELS)}
_ASSESSMENTS = ("VERIFIED", "PARTIAL", "UNVERIFIED", "UNAVAILABLE")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, IDENTIFIED_API)


def answer(call: Call) -> Response:
    """Charges one request a name, found or not, then looks all of them up. Nothing is read before it is paid for: a
    scan may read a thousand items."""
    keys = tables.api_keys()
    key = api_keys.required(keys, call.request.header("x-api-key"), DYNAMODB)
    scan = parse_scan(call.request)
    charged = charge(keys, tables.referral_events(), key, len(scan.names), DYNAMODB, call.now)
    if not charged.allowed:
        raise ApiError(429, "rate_limit_exceeded", "This scan exceeds what is left of your plan this month.")
    names = list(dict.fromkeys(normalize(scan.ecosystem, name) for name in scan.names))
    valid = [name for name in names if is_valid(scan.ecosystem, name)]
    items = look_up(tables.packages(), scan.ecosystem, valid)
    found = {name: item for name, item in items.items() if data_quality.exists(item)}
    missing = [name for name in names if name not in found]
    body = _report(len(scan.names), found, missing)
    asked = {name for name, item in items.items() if _looked_for_lately(item, call.now)}
    unknown = [name for name in valid if name not in found and name not in asked]
    discovery = _discover(scan.ecosystem, unknown, len(missing))
    if discovery:
        body["discovery"] = discovery
    return metered_response(body, key, charged, call.now)


def look_up(
    packages: Table, ecosystem: str, names: Sequence[str], sleep: Callable[[float], None] = time.sleep
) -> dict[str, dict[str, Any]]:
    """The items of those of the (distinct, normalized) names that are known, all batches at once. Names whose
    batch cannot be read count as unknown."""
    keys = [package_key(ecosystem, name) for name in names]
    batches = [keys[start : start + BATCH] for start in range(0, len(keys), BATCH)]
    reading = [run_in_background(_read, packages, batch, sleep) for batch in batches]
    items = [item for batch in reading for item in batch.result()]
    return {item["pk"].partition("#")[2]: item for item in items}


def _looked_for_lately(item: Mapping[str, Any], now: datetime) -> bool:
    """Whether the sources were asked for a package and none knew it: they are asked again a day later at the
    earliest, however often the name is scanned."""
    asked = parse(item.get("last_updated"))
    return not data_quality.exists(item) and asked is not None and now - asked < _UNKNOWN_FOR


def _read(packages: Table, keys: Sequence[Key], sleep: Callable[[float], None]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    try:
        for items, _ in read_rounds(packages, keys, _ATTRIBUTES, _ROUNDS, sleep):
            found += items
    except ServiceError:
        logger.exception("A batch of packages could not be read")
    return found


def _report(total: int, found: Mapping[str, Mapping[str, Any]], missing: Sequence[str]) -> dict[str, Any]:
    """The response's body: worst packages first, then by name; ``total`` is how many requests were charged."""
    packages = [scan_view(name, item) for name, item in found.items()]
    packages.sort(key=lambda entry: (_RANKS.get(entry["risk_level"], len(_LEVELS)), entry["package"]))
    levels = [entry["risk_level"] for entry in packages]
    assessments = [entry["data_quality"]["assessment"] for entry in packages]
    risky = [a for level, a in zip(levels, assessments, strict=True) if level in ("CRITICAL", "HIGH")]
    return {
        "total": total,
        **{level.lower(): levels.count(level) for level in _LEVELS},
        "packages": packages,
        "not_found": list(missing),
        "data_quality": {f"{name.lower()}_count": assessments.count(name) for name in _ASSESSMENTS},
        "verified_risk_count": risky.count("VERIFIED"),
        "unverified_risk_count": len(risky) - risky.count("VERIFIED"),
    }


def _discover(ecosystem: str, unknown: Sequence[str], missing: int) -> dict[str, Any] | None:
    """Queues unknown packages for collection; None if none was queued."""
    queue = PackageQueue(partial(client, "sqs"), settings().package_queue_url)
    queued = queue.send(ecosystem, unknown[:MOST_DISCOVERED], "scan_discovery")
    if not queued:
        return None
    message = f"{queued} unknown packages are being collected; scan again in a few minutes."
    return {"queued": queued, "skipped": missing - queued, "message": message}


ROUTES: Routes[Call] = {"POST /scan": answer}
