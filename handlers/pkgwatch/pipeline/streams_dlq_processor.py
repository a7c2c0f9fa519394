"""The queue of stream batches that could not be scored: have their packages scored after all."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any

from handlers.common.aws import client
from handlers.common.logs import begin, logger
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.metrics import metrics
from handlers.pkgwatch.scoring.stream_failures import process

_RESERVE = 15_000  # milliseconds


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """See `stream_failures.process`."""
    begin("pkgwatch", context)

    def more() -> bool:
        return bool(context.get_remaining_time_in_millis() > _RESERVE)

    with metrics() as told:
        streams = partial(client, "dynamodbstreams")
        result = process(tables.packages(), event.get("Records") or [], streams, more, datetime.now(UTC))
        counts = {name: count for name, count in result.items() if name != "batchItemFailures"}
        for name, count in counts.items():
            told.count(f"StreamsDLQ{name.capitalize()}", count)
    logger.info("Failed batches processed", extra=counts)
    return result
