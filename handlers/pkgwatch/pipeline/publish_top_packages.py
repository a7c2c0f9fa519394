"""Weekly function: publishes the most downloaded packages in the public bucket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from handlers.common.aws import client
from handlers.common.dynamodb import Table
from handlers.common.logs import begin, logger
from handlers.common.timestamps import iso
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.metrics import metrics
from handlers.pkgwatch.runtime.settings import settings

ECOSYSTEM = "npm"
LIMIT = 10_000
FILES = {"data/top-npm-packages.json": LIMIT, "data/top-100-npm-packages.json": 100}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers with ``{"statusCode", "published"}``."""
    begin("pkgwatch", context)
    with metrics() as counters:
        published = publish(tables.packages(), client("s3"), settings().public_bucket, datetime.now(UTC))
        counters.count("PublishTopPackagesCount", published)
    logger.info("Published", extra={"published": published})
    return {"statusCode": 200, "published": published}


def publish(packages: Table, s3: Any, bucket: str, now: datetime) -> int:
    """Writes both files. Returns how many packages the longer one has; with 0, the existing files stay."""
    rows = list(islice(_rows(packages), LIMIT))
    if not rows:
        return 0
    for key, limit in FILES.items():
        s3.put_object(
            Bucket=bucket,
            Key=key,
            Body=json.dumps(_document(rows[:limit], limit, now), separators=(",", ":")).encode(),
            ContentType="application/json",
            CacheControl="max-age=3600",
        )
    return len(rows)


def _rows(packages: Table) -> Iterator[dict[str, Any]]:
    """The rows of the files, the most downloaded package first."""
    for item in packages.pages("downloads-index", "ecosystem = :ecosystem", {"ecosystem": ECOSYSTEM}, "", True):
        score = item.get("health_score")
        yield {
            "project": item.get("name") or item["pk"].partition("#")[2],
            "download_count": item["weekly_downloads"],
            "health_score": None if score is None else round(score),
            "risk_level": item.get("risk_level"),
        }


def _document(rows: list[dict[str, Any]], limit: int, now: datetime) -> dict[str, Any]:
    return {
        "last_update": iso(now),
        "query": {"ecosystem": ECOSYSTEM, "sorted_by": "weekly_downloads", "limit": limit},
        "rows": rows,
    }
