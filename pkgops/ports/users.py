"""The port to the users of Cognito user pools."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PoolUser:
    """A user by Cognito's own name, which need not be the address. ``status`` is Cognito's: CONFIRMED for one who may
    log in with a password."""

    name: str
    status: str


class Users(Protocol):
    """Users of Cognito user pools."""

    def put_if_absent(self, pool: str, email: str) -> bool:
        """Creates a user with a verified address and a random password, without an invitation mail, unless the pool
        has one with that address; True if created. PkgopsError if the pool refuses."""

    def users(self, pool: str) -> Sequence[PoolUser]:
        """The users of a pool."""

    def replace_password(self, pool: str, name: str) -> None:
        """Replaces a user's password by a random one that nobody knows. Nothing happens if there is no such user."""

    def end_sessions(self, pool: str, name: str) -> None:
        """Revokes the tokens a user was given: those that are checked offline are taken until they expire. Nothing
        happens if there is no such user."""
