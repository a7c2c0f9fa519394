"""SQS in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from pkgops.errors import not_deployed
from pkgops.ports.queues import QueueMessage, QueueState


class FakeQueues:
    """`pkgops.ports.queues.Queues`: ``waiting`` maps names to the messages that wait; ``ages`` are those of the oldest,
    ``sent`` when all were sent, ``attributes`` those of messages by their body.
    ``consumer`` is called with every message that is sent; it returns what stays in the queue."""

    def __init__(self, **waiting: list[str]) -> None:
        self.waiting = {name.replace("_", "-"): messages for name, messages in waiting.items()}
        self.ages: dict[str, int] = {}
        self.sent = ""
        self.attributes: dict[str, dict[str, str]] = {}
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

    def move_some(self, source: str, target: str, ids: Collection[str]) -> int:
        """A message's id is its place, as in `peek`."""
        for name in (source, target):
            if name not in self.waiting:
                raise not_deployed("Queue", name)
        chosen = [body for number, body in enumerate(self.waiting[source]) if str(number) in ids]
        self.waiting[source] = [body for number, body in enumerate(self.waiting[source]) if str(number) not in ids]
        self.waiting[target] += chosen
        return len(chosen)

    def peek(self, name: str, most: int) -> list[QueueMessage]:
        if name not in self.waiting:
            raise not_deployed("Queue", name)
        shown = enumerate(self.waiting[name][:most])
        return [QueueMessage(str(n), body, self.sent, 0, self.attributes.get(body, {})) for n, body in shown]

    def purge(self, name: str) -> None:
        if name not in self.waiting:
            raise not_deployed("Queue", name)
        self.waiting[name] = []

    def send(self, name: str, bodies: Sequence[str]) -> None:
        if name not in self.waiting:
            raise not_deployed("Queue", name)
        for body in bodies:
            self.waiting[name] += self.consumer(body)
