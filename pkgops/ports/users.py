"""The port to the users of Cognito user pools."""

from __future__ import annotations

from typing import Protocol


class Users(Protocol):
    """Users of Cognito user pools."""

    def put_if_absent(self, pool: str, email: str) -> bool:
        """Creates a user with a verified address and a random password, without an invitation mail, unless the pool
        has one with that address; True if created. PkgopsError if the pool refuses."""
