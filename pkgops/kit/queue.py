"""SQS queues."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from troposphere import GetAtt, sqs

from pkgops.kit.links import LinkedQueue
from pkgops.kit.naming import logical_id
from pkgops.scope import Scope

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Queue:
    """``retention`` and ``visibility`` in seconds (0: the default of 30); a message received ``max_receives`` times is
    moved to the queue ``dead_letters``, which is another row. A ``fifo`` one keeps the order, and its physical name
    ends in ".fifo"; receivers wait up to ``wait`` seconds for a message."""

    name: str
    retention: int
    visibility: int = 0
    dead_letters: str = ""
    max_receives: int = 3
    fifo: bool = False
    wait: int = 0


def queues(scope: Scope, rows: Iterable[Queue]) -> dict[str, LinkedQueue]:
    """Adds the queues, encrypted with SQS's own keys; by documented name."""
    return {row.name: scope.add(_queue(scope, row)) for row in rows}


def work_queue(
    scope: Scope, name: str, visibility: int, max_receives: int = 3, *, fifo: bool = False, wait: int = 0
) -> LinkedQueue:
    """Adds a worker's queue, and the queue ``<name>-dlq`` that keeps for 14 days what failed ``max_receives`` times.

    ``visibility`` is in seconds; six times the worker's timeout is what AWS recommends."""
    dead = Queue(f"{name}-dlq", retention=14 * DAY, fifo=fifo)
    own = Queue(name, retention=4 * DAY, visibility=visibility, max_receives=max_receives, fifo=fifo, wait=wait)
    return queues(scope, (dead, replace(own, dead_letters=dead.name)))[name]


def _queue(scope: Scope, row: Queue) -> LinkedQueue:
    extra: dict[str, Any] = {}
    if row.visibility:
        extra["VisibilityTimeout"] = row.visibility
    if row.dead_letters:
        target = GetAtt(logical_id(scope, row.dead_letters, "Queue"), "Arn")
        extra["RedrivePolicy"] = sqs.RedrivePolicy(deadLetterTargetArn=target, maxReceiveCount=row.max_receives)
    if row.wait:
        extra["ReceiveMessageWaitTimeSeconds"] = row.wait
    if row.fifo:
        extra["FifoQueue"] = True
    return LinkedQueue(
        logical_id(scope, row.name, "Queue"),
        QueueName=scope.named(row.name) + (".fifo" if row.fifo else ""),
        MessageRetentionPeriod=row.retention,
        SqsManagedSseEnabled=True,
        **extra,
    )
