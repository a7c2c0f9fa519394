"""On schedule: publish the packages that are downloaded most."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from handlers.common.aws import client
from handlers.common.logs import begin, logger
from handlers.pkgwatch.maintenance.top_packages import publish
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.metrics import metrics
from handlers.pkgwatch.runtime.settings import settings


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers with ``{"statusCode", "published"}``."""
    begin("pkgwatch", context)
    with metrics() as told:
        published = publish(tables.packages(), client("s3"), settings().public_bucket, datetime.now(UTC))
        told.count("PublishTopPackagesCount", published)
    logger.info("Published", extra={"published": published})
    return {"statusCode": 200, "published": published}
