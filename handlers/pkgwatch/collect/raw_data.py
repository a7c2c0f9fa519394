"""The raw data bucket: what each source returned, one document per package and day."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.logs import logger
from handlers.common.timestamps import iso
from handlers.pkgwatch.collect.merge import Collected


@dataclass(frozen=True, slots=True)
class RawData:
    """A bucket; without a name nothing is stored. ``connect`` makes the client once it is needed."""

    connect: Callable[[], Any]
    bucket: str

    def store(self, collected: Collected, now: datetime) -> None:
        """Stores the result of each source, or its error. Failures are only logged."""
        if not self.bucket:
            return
        document = {
            "ecosystem": collected.ecosystem,
            "name": collected.name,
            "collected_at": iso(now),
            "downloads": dict(collected.downloads),
            "sources": {
                part.source: {"tag": part.tag, "error": part.error, "data": dict(part.data)} for part in collected.parts
            },
        }
        try:
            self.connect().put_object(
                Bucket=self.bucket,
                Key=f"{collected.ecosystem}/{collected.name}/{now:%Y-%m-%d}.json",
                Body=json.dumps(document, separators=(",", ":")).encode(),
                ContentType="application/json",
            )
        except ServiceError:
            logger.exception("Raw data was not stored")
