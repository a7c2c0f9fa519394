"""What the tool asks of Cognito user pools."""

from __future__ import annotations

from typing import Protocol


class Users(Protocol):
    """Cognito's user pools."""

    def put_if_absent(self, pool: str, email: str) -> bool:
        """Enrols a user whose address counts as verified, with a password nobody learns and without a mail, unless
        the pool has one of that address; True if enrolled. PkgopsError if the pool takes none."""
