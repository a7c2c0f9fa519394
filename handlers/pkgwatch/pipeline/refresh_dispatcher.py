"""On schedule: collect a tier's packages again, or a part of them."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from typing import Any

from handlers.common.aws import client
from handlers.common.logs import begin, logger
from handlers.pkgwatch.maintenance.refresh import Count, OrderRefused, messages, order
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.message_batches import LONGEST_DELAY, send_all
from handlers.pkgwatch.runtime.settings import settings

_RESERVE = 10_000  # milliseconds: the batches on their way, three tries each


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{"tier", "reason", "sub_batch", "total_sub_batches", "force_refresh"}``, all optional.

    Answers with ``{"message", "tier", "total_packages", "messages_sent", "errors"}``."""
    begin("pkgwatch", context)
    try:
        wanted = order(event)
    except OrderRefused as refused:
        return _answer(400, {"error": str(refused)})
    url = settings().package_queue_url
    if not url:
        logger.error("There is no package queue: PACKAGE_QUEUE_URL is not set")
        return _answer(500, {"error": "The package queue is not configured."})
    longest = min(settings().tier_jitter[wanted.tier - 1], LONGEST_DELAY)
    count = Count()

    def delay() -> int:
        return random.randint(0, longest)  # noqa: S311 - spreads load

    def more() -> bool:
        return bool(context.get_remaining_time_in_millis() > _RESERVE)

    each = messages(tables.packages(), wanted, delay, datetime.now(UTC), count)
    sent, errors = send_all(client("sqs"), url, each, more)
    result = {"tier": wanted.tier, "total_packages": count.packages, "messages_sent": sent, "errors": errors}
    logger.info("Dispatched", extra={**result, "malformed": count.malformed, "part": wanted.part})
    return _answer(500 if count.packages and not sent else 200, {"message": f"Tier {wanted.tier} queued.", **result})


def _answer(status: int, body: dict[str, Any]) -> dict[str, Any]:
    return {"statusCode": status, "body": json.dumps(body)}
