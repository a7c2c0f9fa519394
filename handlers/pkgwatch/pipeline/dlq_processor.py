"""Every 15 minutes: give dead letters another try, or record that they failed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from handlers.common.aws import client
from handlers.common.logs import begin, logger
from handlers.pkgwatch.maintenance.dead_letters import Letters, process
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.metrics import metrics
from handlers.pkgwatch.runtime.settings import settings

_RESERVE = 30_000  # milliseconds: ten messages take less


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """See `dead_letters.process`."""
    begin("pkgwatch", context)

    def more() -> bool:
        return bool(context.get_remaining_time_in_millis() > _RESERVE)

    known = settings()
    with metrics() as told:
        letters = Letters(
            client=client("sqs"),
            dead=known.dlq_url,
            main=known.main_queue_url,
            packages=tables.packages(),
            metrics=told,
            most_retries=known.max_dlq_retries,
        )
        result = process(letters, more, datetime.now(UTC))
    logger.info("Dead letters processed", extra=dict(result))
    return result
