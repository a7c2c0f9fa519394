"""The port to Secrets Manager."""

from __future__ import annotations

from typing import Protocol


class Secrets(Protocol):
    """Secrets Manager. No error contains a value."""

    def read(self, name: str) -> str | None:
        """A secret's value, "" if it has none yet; None if there is no such secret."""

    def changed(self, name: str) -> str:
        """When an existing secret's value last changed, in ISO-8601 UTC; "" if that is not known."""

    def write(self, name: str, value: str) -> None:
        """Stores a value, in a new secret if there is none of that name."""

    def put_if_absent(self, name: str, value: str) -> bool:
        """Stores a secret unless there is one of that name; True if stored. UsageError if one of that name is
        scheduled for deletion."""

    def restore(self, name: str) -> None:
        """Restores a secret that is scheduled for deletion, with its value; leaves any other as it is."""
