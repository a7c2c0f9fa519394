"""Does the pipeline keep up?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.logs import logger

HEALTHY, DEGRADED, UNHEALTHY = "healthy", "degraded", "unhealthy"
GITHUB_LIMIT = 800  # packages an hour

_WORST = (HEALTHY, DEGRADED, UNHEALTHY)
_DEPTHS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")

Check = dict[str, Any]


def checks(client: Any, queue: str, dead: str, github_calls: Callable[[], int]) -> dict[str, Check]:
    """The state of the queues and of what GitHub allows: ``main_queue``, ``dlq``, ``github_rate_limit``, each
    with a ``status``."""
    return {"main_queue": _main(client, queue), "dlq": _dead(client, dead), "github_rate_limit": _github(github_calls)}


def overall(found: Mapping[str, Check]) -> str:
    """The worst of the checks; GitHub counts once nothing more can be asked of it."""
    counted = [
        check["status"] for name, check in found.items() if name != "github_rate_limit" or check["status"] != DEGRADED
    ]
    return str(max(counted, key=_WORST.index))


def _main(client: Any, url: str) -> Check:
    depths = _depths(client, url)
    if depths is None:
        return {"status": UNHEALTHY, "error": "The queue could not be read."}
    status = DEGRADED if depths[0] >= 1000 else HEALTHY
    return {"status": status, "depth": depths[0], "in_flight": depths[1]}


def _dead(client: Any, url: str) -> Check:
    depths = _depths(client, url)
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


def _depths(client: Any, url: str) -> tuple[int, int] | None:
    try:
        found = client.get_queue_attributes(QueueUrl=url, AttributeNames=list(_DEPTHS))["Attributes"]
    except ServiceError:
        logger.exception("A queue could not be read", extra={"queue": url})
        return None
    return int(found[_DEPTHS[0]]), int(found[_DEPTHS[1]])
