"""Which packages are downloaded most, for everyone to read?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from handlers.common.dynamodb import Table
from handlers.common.timestamps import iso

ECOSYSTEM = "npm"
MOST = 10_000
FILES = {"data/top-npm-packages.json": MOST, "data/top-100-npm-packages.json": 100}


def publish(packages: Table, s3: Any, bucket: str, now: datetime) -> int:
    """Writes both files; how many packages the longer one has. With none at all the old files stay."""
    rows = list(islice(_rows(packages), MOST))
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
    most_first = packages.pages("downloads-index", "ecosystem = :ecosystem", {"ecosystem": ECOSYSTEM}, "", True)
    for item in most_first:
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
