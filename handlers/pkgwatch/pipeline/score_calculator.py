"""The packages stream, a queue, or a direct call: score what was collected."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from handlers.common.logs import begin, logger
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.scoring.score_records import process
from handlers.pkgwatch.scoring.score_store import Outcome, failure, rescore_named

ATTEMPTS = 4  # per table call


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{"Records": [...]}`` answers with counts and batchItemFailures, ``{"ecosystem", "name"}`` with
    statusCode and body."""
    begin("pkgwatch", context)
    now = datetime.now(UTC)
    if "Records" in event:
        result = process(tables.packages(ATTEMPTS), event["Records"], now)
        logger.info("Scored", extra={name: count for name, count in result.items() if name != "batchItemFailures"})
        return result
    outcome = _direct(event, now)
    return {"statusCode": outcome.status, "body": json.dumps(outcome.body)}


def _direct(event: dict[str, Any], now: datetime) -> Outcome:
    if event.get("action") == "recalculate_all":
        return failure(501, "not_implemented", "Packages are rescored by setting force_rescore on their items.")
    return rescore_named(tables.packages(ATTEMPTS), event, now)
