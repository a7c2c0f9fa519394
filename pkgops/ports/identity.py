"""The port to the identity of the credentials (STS)."""

from __future__ import annotations

from typing import Protocol


class Identity(Protocol):
    """STS."""

    def account(self) -> str:
        """The 12-digit account the credentials belong to."""
