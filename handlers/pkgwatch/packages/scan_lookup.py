"""Which of many packages are known?"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import Key, Table
from handlers.common.logs import logger
from handlers.common.parallel import run_in_background
from handlers.pkgwatch.packages.package_names import package_key

BATCH = 25
_RETRIES = 3
_ATTRIBUTES = (
    "pk",
    "health_score",
    "risk_level",
    "abandonment_risk",
    "is_deprecated",
    "archived",
    "last_updated",
    "data_status",
    "repository_url",
)


def look_up(
    packages: Table, ecosystem: str, names: Sequence[str], sleep: Callable[[float], None] = time.sleep
) -> dict[str, dict[str, Any]]:
    """The items of those of the (distinct, normalised) names that are known, all batches at once. Names whose
    batch cannot be read count as unknown."""
    keys = [package_key(ecosystem, name) for name in names]
    batches = [keys[start : start + BATCH] for start in range(0, len(keys), BATCH)]
    reading = [run_in_background(_read, packages, batch, sleep) for batch in batches]
    items = [item for batch in reading for item in batch.result()]
    return {item["pk"].partition("#")[2]: item for item in items}


def _read(packages: Table, keys: Sequence[Key], sleep: Callable[[float], None]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    try:
        for attempt in range(_RETRIES + 1):
            items, left = packages.batch(keys, _ATTRIBUTES)
            found += items
            if not left:
                break
            keys = left
            if attempt < _RETRIES:
                sleep(0.1 * 2**attempt + random.uniform(0, 0.1))  # noqa: S311 - spreads load
    except ServiceError:
        logger.exception("A batch of packages could not be read")
    return found
