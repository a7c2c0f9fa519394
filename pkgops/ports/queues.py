"""What the tool asks of SQS."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class QueueState:
    """How many messages of a queue wait, are being worked on, and are held back; by SQS's count, which is
    approximate. ``oldest`` is the age of the oldest one in seconds, None where nobody says."""

    name: str
    waiting: int
    in_flight: int
    delayed: int = 0
    oldest: int | None = None


class Queues(Protocol):
    """SQS."""

    def states(self, names: Sequence[str]) -> list[QueueState]:
        """The queues of those names that are there, in their order."""

    def move(self, source: str, target: str, progress: Callable[[int], None]) -> int:
        """Moves what waits in ``source`` now to ``target``; how many messages that were. ``progress`` hears how
        many so far. Interrupted at any moment nothing is lost; a message may then be in both. UsageError if a
        queue is not there."""

    def send(self, name: str, bodies: Sequence[str]) -> None:
        """Sends messages. UsageError if the queue is not there, PkgopsError if it does not take all of them."""
