"""The dependency cache: direct dependencies that deps.dev returned within a week, kept in the raw data bucket."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.logs import logger
from handlers.common.timestamps import iso, parse

LIFE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class DependencyCache:
    """``deps-cache/<ecosystem>/<name>.json`` in a bucket; without a name nothing is cached. A failing cache costs
    another request to deps.dev and nothing else."""

    connect: Callable[[], Any]
    bucket: str

    def get(self, ecosystem: str, name: str, now: datetime) -> list[str] | None:
        """The dependencies cached less than seven days ago, else None."""
        if not self.bucket:
            return None
        try:
            body = self.connect().get_object(Bucket=self.bucket, Key=_key(ecosystem, name))["Body"].read()
            document = json.loads(body)
            cached_at, names = parse(document["cached_at"]), document["dependencies"]
        except (*ServiceError, ValueError, KeyError, TypeError):  # a missing object is an error of S3's
            return None
        fresh = cached_at is not None and timedelta(0) <= now - cached_at < LIFE
        return names if fresh and isinstance(names, list) and all(isinstance(one, str) for one in names) else None

    def put(self, ecosystem: str, name: str, dependencies: list[str], now: datetime) -> None:
        """Caches the dependencies deps.dev returned."""
        if not self.bucket:
            return
        try:
            self.connect().put_object(
                Bucket=self.bucket,
                Key=_key(ecosystem, name),
                Body=json.dumps({"cached_at": iso(now), "dependencies": dependencies}).encode(),
                ContentType="application/json",
            )
        except ServiceError:
            logger.warning("Dependencies were not cached", exc_info=True, extra={"package": f"{ecosystem}#{name}"})


def _key(ecosystem: str, name: str) -> str:
    return f"deps-cache/{ecosystem}/{name}.json"
