"""How are many messages sent, and which of them were not taken?"""

from __future__ import annotations

import json
import random
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import islice
from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.logs import logger
from handlers.common.parallel import WORKERS, run_in_background

BATCH = 10
LONGEST_DELAY = 900  # seconds, by SQS

_ATTEMPTS = 3
_AHEAD = 2 * WORKERS  # batches made before the first of them is waited for


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message, and the seconds it is held back."""

    body: Mapping[str, Any]
    delay: int = 0


def send_batch(client: Any, url: str, messages: Sequence[Outgoing]) -> set[int]:
    """Sends at most ten messages; the positions of those that were not taken, also at a second and third try."""
    left = {str(number): _entry(number, message) for number, message in enumerate(messages)}
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            answer = client.send_message_batch(QueueUrl=url, Entries=list(left.values()))
        except ServiceError:
            logger.exception("Messages were not sent")
            break
        failed = answer.get("Failed", [])
        left = {one["Id"]: left[one["Id"]] for one in failed}
        if not left:
            break
        logger.error("Some messages were not taken", extra={"failed": len(failed), "code": failed[0].get("Code")})
        if attempt < _ATTEMPTS:
            time.sleep(random.uniform(0, 0.1 * 2**attempt))  # noqa: S311 - spreads load
    return {int(number) for number in left}


def send_all(client: Any, url: str, messages: Iterable[Outgoing], more: Callable[[], bool]) -> tuple[int, int]:
    """Sends any number of messages, several batches at once and never more of them in memory than that; stops
    when there is no time for ``more``. Returns how many were taken, and how many were not."""
    sent = refused = 0
    running: deque[tuple[int, Future[set[int]]]] = deque()
    for batch in batched(messages, BATCH):
        running.append((len(batch), run_in_background(send_batch, client, url, batch)))
        if len(running) >= _AHEAD:
            size, result = running.popleft()
            refused += len(result.result())
            sent += size - len(result.result())
        if not more():
            logger.error("Time ran out before everything was sent")
            break
    for size, result in running:
        refused += len(result.result())
        sent += size - len(result.result())
    return sent, refused


def batched(entries: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """The entries in lists of ``size``, made as they are asked for."""
    source = iter(entries)
    while batch := list(islice(source, size)):
        yield batch


def _entry(number: int, message: Outgoing) -> dict[str, Any]:
    entry: dict[str, Any] = {"Id": str(number), "MessageBody": json.dumps(message.body)}
    if message.delay:
        entry["DelaySeconds"] = min(message.delay, LONGEST_DELAY)
    return entry
