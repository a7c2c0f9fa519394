"""The port to SQS queues."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class QueueState:
    """How many messages of a queue are waiting, in flight and delayed, by SQS's approximate count. ``oldest`` is the
    age of the oldest message in seconds, None if unknown."""

    name: str
    waiting: int
    in_flight: int
    delayed: int = 0
    oldest: int | None = None


@dataclass(frozen=True, slots=True)
class QueueMessage:
    """A message as it lies in a queue. ``sent`` is ISO-8601 UTC, ``received`` how often it was received before;
    ``attributes`` are those its sender has given it that are text."""

    id: str
    body: str
    sent: str = ""
    received: int = 0
    attributes: Mapping[str, str] = field(default_factory=dict)


class Queues(Protocol):
    """SQS."""

    def states(self, names: Sequence[str]) -> list[QueueState]:
        """The existing queues among those names, in their order."""

    def move(self, source: str, target: str, progress: Callable[[int], None]) -> int:
        """Moves the messages now waiting in ``source`` to ``target`` and returns how many. ``progress`` is called with
        the number so far. An interruption loses no message; one may then be in both queues. UsageError if a queue
        does not exist."""

    def move_some(self, source: str, target: str, ids: Collection[str]) -> int:
        """Moves those messages now waiting in ``source``, and returns how many it has found; what else waits there is
        received once more. UsageError if a queue does not exist."""

    def peek(self, name: str, most: int) -> list[QueueMessage]:
        """Up to ``most`` of the messages that wait, which stay in the queue. SQS counts that as a delivery of each.
        UsageError if the queue does not exist."""

    def purge(self, name: str) -> None:
        """Deletes every message. UsageError if the queue does not exist, PkgopsError if SQS refuses it."""

    def send(self, name: str, bodies: Sequence[str]) -> None:
        """Sends messages. UsageError if the queue does not exist, PkgopsError if it does not accept all of them."""
