"""Reading many items of packages at once, until DynamoDB has processed all of their keys."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from handlers.common.dynamodb import Key, Table


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
