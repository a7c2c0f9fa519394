"""SQS in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pkgops.errors import not_deployed
from pkgops.ports.queues import QueueMessage, QueueState


class FakeQueues:
    """`pkgops.ports.queues.Queues`: ``waiting`` maps names to the messages that wait; ``ages`` are those of the oldest.
    ``consumer`` is called with every message that is sent; it returns what stays in the queue."""

    def __init__(self, **waiting: list[str]) -> None:
        self.waiting = {name.replace("_", "-"): messages for name, messages in waiting.items()}
        self.ages: dict[str, int] = {}
        self.consumer: Callable[[str], list[str]] = lambda body: [body]

    def states(self, names: Sequence[str]) -> list[QueueState]:
        return [
            QueueState(name, len(self.waiting[name]), 0, 0, self.ages.get(name))
            for name in names
            if name in self.waiting
        ]

    def move(self, source: str, target: str, progress: Callable[[int], None]) -> int:
        for name in (source, target):
            if name not in self.waiting:
                raise not_deployed("Queue", name)
        messages, self.waiting[source] = self.waiting[source], []
        self.waiting[target] += messages
        progress(len(messages))
        return len(messages)

    def peek(self, name: str, most: int) -> list[QueueMessage]:
        if name not in self.waiting:
            raise not_deployed("Queue", name)
        return [QueueMessage(str(n), body) for n, body in enumerate(self.waiting[name][:most])]

    def purge(self, name: str) -> None:
        if name not in self.waiting:
            raise not_deployed("Queue", name)
        self.waiting[name] = []

    def send(self, name: str, bodies: Sequence[str]) -> None:
        if name not in self.waiting:
            raise not_deployed("Queue", name)
        for body in bodies:
            self.waiting[name] += self.consumer(body)
