"""Batches of messages sent to a queue, with retries of those it does not accept."""

from __future__ import annotations

import json
import random
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import islice
from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.deadline import Deadline
from handlers.common.logs import logger
from handlers.common.parallel import WORKERS, run_in_background

BATCH = 10
MAX_DELAY = 900  # seconds, by SQS

_ATTEMPTS = 3
_AHEAD = 2 * WORKERS  # batches in progress


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message, and the seconds the queue delays it."""

    body: Mapping[str, Any]
    delay: int = 0


def send_batch(client: Any, url: str, messages: Sequence[OutgoingMessage]) -> set[int]:
    """Sends at most ten messages in three attempts; the positions of those that were not accepted."""
    unsent = {str(number): _entry(number, message) for number, message in enumerate(messages)}
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            answer = client.send_message_batch(QueueUrl=url, Entries=list(unsent.values()))
        except ServiceError:
            logger.exception("Messages were not sent")
            break
        failed = answer.get("Failed", [])
        unsent = {one["Id"]: unsent[one["Id"]] for one in failed}
        if not unsent:
            break
        logger.error("Some messages were not accepted", extra={"failed": len(failed), "code": failed[0].get("Code")})
        if attempt < _ATTEMPTS:
            time.sleep(random.uniform(0, 0.1 * 2**attempt))  # noqa: S311 - spreads load
    return {int(number) for number in unsent}


def send_all(client: Any, url: str, messages: Iterable[OutgoingMessage], deadline: Deadline) -> tuple[int, int]:
    """Sends any number of messages until the deadline, several batches at once, with no more of them in memory.
    Returns how many were accepted, and how many were not."""
    accepted = refused = 0
    running: deque[tuple[int, Future[set[int]]]] = deque()
    for batch in batched(messages, BATCH):
        running.append((len(batch), run_in_background(send_batch, client, url, batch)))
        if len(running) >= _AHEAD:
            size, result = running.popleft()
            refused += len(result.result())
            accepted += size - len(result.result())
        if deadline.passed():
            logger.error("Time ran out before all messages were sent")
            break
    for size, result in running:
        refused += len(result.result())
        accepted += size - len(result.result())
    return accepted, refused


def batched(entries: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """The entries in lists of ``size``, made as they are asked for."""
    source = iter(entries)
    while batch := list(islice(source, size)):
        yield batch


def _entry(number: int, message: OutgoingMessage) -> dict[str, Any]:
    entry: dict[str, Any] = {"Id": str(number), "MessageBody": json.dumps(message.body)}
    if message.delay:
        entry["DelaySeconds"] = min(message.delay, MAX_DELAY)
    return entry
