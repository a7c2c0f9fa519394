"""On schedule: have the dependencies of the most important packages looked through."""

from __future__ import annotations

from typing import Any

from handlers.common.aws import client
from handlers.common.logs import begin, logger
from handlers.pkgwatch.maintenance.expansion_messages import chosen, messages
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.breakers import Breaker
from handlers.pkgwatch.runtime.message_batches import send_all
from handlers.pkgwatch.runtime.metrics import metrics
from handlers.pkgwatch.runtime.settings import settings

_RESERVE = 10_000  # milliseconds


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers with ``{"statusCode", "packages", "messages", "errors"}``, or ``{"skipped": "circuit_open"}``: deps.dev
    would not be asked now."""
    begin("pkgwatch", context)
    url = settings().discovery_queue_url
    if not url:
        logger.error("There is no discovery queue: DISCOVERY_QUEUE_URL is not set")
        return {"statusCode": 500}
    if Breaker(tables.api_keys(), "deps.dev").is_open():
        logger.warning("deps.dev is left alone at the moment")
        return {"skipped": "circuit_open"}

    def more() -> bool:
        return bool(context.get_remaining_time_in_millis() > _RESERVE)

    with metrics() as told:
        names = chosen(tables.packages())
        sent, errors = send_all(client("sqs"), url, messages(names), more)
        result = {"packages": sum(map(len, names.values())), "messages": sent, "errors": errors}
        for name, count in result.items():
            told.count(f"GraphExpander{name.capitalize()}", count)
    logger.info("Expansion dispatched", extra=result)
    return {"statusCode": 200, **result}
