"""Every 15 minutes: collect again what is incomplete."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from functools import partial
from typing import Any

from handlers.common.aws import client
from handlers.common.logs import begin, logger
from handlers.pkgwatch.maintenance.retry_dispatch import Run, dispatch
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.breakers import Breaker
from handlers.pkgwatch.runtime.message_batches import send_batch
from handlers.pkgwatch.runtime.metrics import metrics
from handlers.pkgwatch.runtime.settings import settings

_RESERVE = 15_000  # milliseconds
_SPREAD = 300  # seconds

_METRICS = {
    "RetryDispatcherFound": "found",
    "RetryDispatcherDispatched": "dispatched",
    "RetryDispatcherErrors": "errors",
    "RetryDispatcherGitHubSkipped": "github_skipped",
}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """See `retry_dispatch.dispatch`."""
    begin("pkgwatch", context)
    known = settings()
    if not known.package_queue_url:
        logger.error("There is no package queue: PACKAGE_QUEUE_URL is not set")
        return {"statusCode": 500}

    def more() -> bool:
        return bool(context.get_remaining_time_in_millis() > _RESERVE)

    def delay() -> int:
        return random.randint(0, _SPREAD)  # noqa: S311 - spreads load

    send = partial(send_batch, client("sqs"), known.package_queue_url)
    run = Run(tables.packages(), send, delay, more, datetime.now(UTC))
    with metrics() as told:
        try:
            github_open = Breaker(tables.api_keys(), "github").is_open()
            result = dispatch(run, known.max_dispatch_per_run, github_open)
        finally:
            for name, counter in _METRICS.items():
                told.count(name, run.counts[counter])
    logger.info("Retries dispatched", extra=dict(result))
    return {"statusCode": 200, **result}
