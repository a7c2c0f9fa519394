"""What the tool asks of Secrets Manager."""

from __future__ import annotations

from typing import Protocol


class Secrets(Protocol):
    """Secrets Manager. No error holds a value."""

    def read(self, name: str) -> str | None:
        """A secret's value, "" if it has none yet; None if there is no such secret."""

    def write(self, name: str, value: str) -> None:
        """Stores a value under a name, new or not."""

    def put_if_absent(self, name: str, value: str) -> bool:
        """Stores a secret unless there is one of that name; True if stored. UsageError if one of that name waits
        for its deletion."""

    def restore(self, name: str) -> None:
        """Takes back a secret that waits for its deletion, with its value; one that does not stays as it is."""
