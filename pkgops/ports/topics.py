"""The port to SNS topics."""

from __future__ import annotations

from typing import Protocol


class Topics(Protocol):
    """SNS."""

    def unconfirmed(self, topic: str) -> list[str]:
        """The addresses subscribed to a topic, by its ARN, that have not confirmed that yet: they get nothing. [] for a
        topic that does not exist."""
