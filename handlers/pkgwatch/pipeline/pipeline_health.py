"""Function run every 15 minutes, and on request: checks whether the pipeline keeps up."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from handlers.common.aws import ServiceError, client
from handlers.common.logs import begin, logger
from handlers.common.timestamps import iso
from handlers.pkgwatch.collect.upstream.rate_limit import RateLimit
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.metrics import Metrics, metrics
from handlers.pkgwatch.runtime.settings import settings

HEALTHY, DEGRADED, UNHEALTHY = "healthy", "degraded", "unhealthy"
GITHUB_LIMIT = 800  # packages an hour

_SEVERITY = (HEALTHY, DEGRADED, UNHEALTHY)
_DEPTHS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")

Check = dict[str, Any]


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers with status code 200 if all is healthy, else 503, and a body ``{"status", "timestamp", "checks"}``."""
    begin("pkgwatch", context)
    now = datetime.now(UTC)
    used = partial(RateLimit(tables.api_keys(), "github").used, now)
    with metrics() as counters:
        checks = run_checks(client("sqs"), settings().package_queue_url, settings().dlq_url, used)
        status = overall(checks)
        _report(checks, status, counters)
    logger.info("Checked", extra={"status": status, "checks": checks})
    body = {"status": status, "timestamp": iso(now), "checks": checks}
    return {
        "statusCode": 200 if status == HEALTHY else 503,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(body),
    }


def run_checks(sqs: Any, main_url: str, dlq_url: str, github_calls: Callable[[], int]) -> dict[str, Check]:
    """The checks ``main_queue``, ``dlq`` and ``github_rate_limit``, each with a ``status``."""
    return {
        "main_queue": _main_queue(sqs, main_url),
        "dlq": _dead_letter_queue(sqs, dlq_url),
        "github_rate_limit": _github(github_calls),
    }


def overall(checks: Mapping[str, Check]) -> str:
    """The worst status of the checks; GitHub's counts only once it is unhealthy."""
    counted = [
        check["status"] for name, check in checks.items() if name != "github_rate_limit" or check["status"] != DEGRADED
    ]
    return str(max(counted, key=_SEVERITY.index))


def _main_queue(sqs: Any, url: str) -> Check:
    depths = _depths(sqs, url)
    if depths is None:
        return {"status": UNHEALTHY, "error": "The queue could not be read."}
    status = DEGRADED if depths[0] >= 1000 else HEALTHY
    return {"status": status, "depth": depths[0], "in_flight": depths[1]}


def _dead_letter_queue(sqs: Any, url: str) -> Check:
    depths = _depths(sqs, url)
    if depths is None:
        return {"status": UNHEALTHY, "error": "The queue could not be read."}
    return {"status": _level(depths[0], 10, 100), "depth": depths[0]}


def _github(calls: Callable[[], int]) -> Check:
    try:
        used = calls()
    except ServiceError:
        logger.exception("The calls to GitHub could not be counted")
        return {"status": UNHEALTHY, "error": "The calls could not be counted."}
    percent = 100 * used / GITHUB_LIMIT
    return {
        "status": _level(percent, 75, 90),
        "calls": used,
        "limit": GITHUB_LIMIT,
        "usage_percent": round(percent, 1),
    }


def _level(value: float, degraded: float, unhealthy: float) -> str:
    if value >= unhealthy:
        return UNHEALTHY
    return DEGRADED if value >= degraded else HEALTHY


def _depths(sqs: Any, url: str) -> tuple[int, int] | None:
    try:
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(_DEPTHS))["Attributes"]
    except ServiceError:
        logger.exception("A queue could not be read", extra={"queue": url})
        return None
    return int(found[_DEPTHS[0]]), int(found[_DEPTHS[1]])


def _report(checks: Mapping[str, Check], status: str, counters: Metrics) -> None:
    """A queue that could not be read has no depth metric: 0 would mean that it is empty."""
    for metric, check in (("QueueDepth", "main_queue"), ("DLQDepth", "dlq")):
        if "depth" in checks[check]:
            counters.count(metric, checks[check]["depth"])
    counters.value("HealthStatus", 1 if status == HEALTHY else 0)
