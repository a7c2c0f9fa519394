"""Every 15 minutes, and on request: does the pipeline keep up?"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from typing import Any

from handlers.common.aws import client
from handlers.common.logs import begin, logger
from handlers.common.timestamps import iso
from handlers.pkgwatch.maintenance.pipeline_state import HEALTHY, checks, overall
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.metrics import Metrics, metrics
from handlers.pkgwatch.runtime.rate_shards import Shards
from handlers.pkgwatch.runtime.settings import settings


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Status 200 if all is well, else 503; the body is ``{"status", "timestamp", "checks"}``."""
    begin("pkgwatch", context)
    now = datetime.now(UTC)
    used = partial(Shards(tables.api_keys(), "github").used, now)
    with metrics() as told:
        found = checks(client("sqs"), settings().package_queue_url, settings().dlq_url, used)
        status = overall(found)
        _tell(found, status, told)
    logger.info("Checked", extra={"status": status, "checks": found})
    body = {"status": status, "timestamp": iso(now), "checks": found}
    return {
        "statusCode": 200 if status == HEALTHY else 503,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(body),
    }


def _tell(found: dict[str, Any], status: str, told: Metrics) -> None:
    """A queue that could not be read has no depth: 0 would say that it is empty."""
    for metric, check in (("QueueDepth", "main_queue"), ("DLQDepth", "dlq")):
        if "depth" in found[check]:
            told.count(metric, found[check]["depth"])
    told.value("HealthStatus", 1 if status == HEALTHY else 0)
