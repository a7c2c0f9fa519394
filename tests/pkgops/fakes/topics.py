"""SNS in memory."""

from __future__ import annotations

from pkgops.errors import AccessError


class FakeTopics:
    """`pkgops.ports.topics.Topics`: ``waiting`` are the addresses by topic; ``denied`` refuses to say."""

    def __init__(self) -> None:
        self.waiting: dict[str, list[str]] = {}
        self.denied = False

    def unconfirmed(self, topic: str) -> list[str]:
        if self.denied:
            raise AccessError("sns:ListSubscriptionsByTopic is denied.")
        return self.waiting.get(topic, [])
