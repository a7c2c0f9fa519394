"""Daily: count how complete the packages' data is."""

from __future__ import annotations

from typing import Any

from handlers.common.logs import begin, logger
from handlers.pkgwatch.maintenance.data_census import take, tell
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.metrics import metrics


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers with ``{"statusCode", "counts", "coverage"}``."""
    begin("pkgwatch", context)
    with metrics() as told:
        census = take(tables.packages())
        tell(census, told)
    result = {"counts": census.statuses, "coverage": census.coverage}
    logger.info("Packages counted", extra=result)
    return {"statusCode": 200, **result}
