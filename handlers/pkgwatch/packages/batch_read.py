"""Reading many items of packages at once."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import Key, Table
from handlers.common.logs import logger


def read_ahead(packages: Table, keys: Sequence[Key], consistent: bool = False) -> Mapping[Key, Mapping[str, Any]]:
    """The items of at most 100 distinct keys by one BatchGetItem, {} for those there are none of. A key that is missing
    has to be read by itself: one alone, one that DynamoDB left unprocessed, and all of them if the call fails."""
    if len(keys) < 2:
        return {}
    try:
        items, left = packages.batch(keys, consistent=consistent)
    except ServiceError as error:
        logger.warning("Items could not be read at once", extra={"reason": type(error).__name__})
        return {}
    found = {(item["pk"], item["sk"]): item for item in items}
    return {key: found.get(key, {}) for key in keys if key not in left}


def read_rounds(
    packages: Table,
    keys: Sequence[Key],
    attributes: Sequence[str],
    rounds: int,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[tuple[list[dict[str, Any]], Sequence[Key]]]:
    """The items of each BatchGetItem, with the keys that DynamoDB left unprocessed. Those are asked again after 0.1 s,
    doubling, in at most ``rounds`` calls. Raises `handlers.common.aws.ServiceError`."""
    for attempt in range(rounds):
        items, keys = packages.batch(keys, attributes)
        yield items, keys
        if not keys:
            return
        if attempt + 1 < rounds:
            sleep(0.1 * 2**attempt + random.uniform(0, 0.1))  # noqa: S311 - spreads load
