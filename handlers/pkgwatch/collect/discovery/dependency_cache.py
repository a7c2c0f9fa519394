"""Which dependencies has deps.dev told us lately?"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.logs import logger
from handlers.common.timestamps import iso, parse

KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class DependencyCache:
    """``deps-cache/<ecosystem>/<name>.json`` in a bucket; without a name nothing is kept. A cache that fails costs
    a question to deps.dev and nothing else."""

    connect: Callable[[], Any]
    bucket: str

    def get(self, ecosystem: str, name: str, now: datetime) -> list[str] | None:
        """What is known for less than seven days, else None."""
        if not self.bucket:
            return None
        try:
            body = self.connect().get_object(Bucket=self.bucket, Key=_key(ecosystem, name))["Body"].read()
            kept = json.loads(body)
            since, names = parse(kept["cached_at"]), kept["dependencies"]
        except (*ServiceError, ValueError, KeyError, TypeError):  # what was never kept is an error to S3
            return None
        fresh = since is not None and timedelta(0) <= now - since < KEPT
        return names if fresh and isinstance(names, list) and all(isinstance(one, str) for one in names) else None

    def put(self, ecosystem: str, name: str, dependencies: list[str], now: datetime) -> None:
        """Keeps what deps.dev said."""
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
            logger.warning("Dependencies were not kept", exc_info=True, extra={"package": f"{ecosystem}#{name}"})


def _key(ecosystem: str, name: str) -> str:
    return f"deps-cache/{ecosystem}/{name}.json"
