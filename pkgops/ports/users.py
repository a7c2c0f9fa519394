"""The port to the users of Cognito user pools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PoolUser:
    """A user by Cognito's own name, which need not be the address. ``status`` is Cognito's: CONFIRMED for one who may
    log in with a password, FORCE_CHANGE_PASSWORD for one who has to choose another first. ``created`` is ISO-8601
    UTC."""

    name: str
    status: str
    email: str = ""
    enabled: bool = True
    created: str = ""


@dataclass(frozen=True, slots=True)
class UserPage:
    """Some of the users of a pool; ``after`` is where the next page begins, "" at the end."""

    users: tuple[PoolUser, ...]
    after: str = ""


@dataclass(frozen=True, slots=True)
class NewUser:
    """A user to be created: by an address or, where a pool has such, another name. A ``temporary`` password has to be
    replaced at the first login."""

    name: str
    password: str = field(repr=False)
    temporary: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)


class Users(Protocol):
    """Users of Cognito user pools."""

    def put_if_absent(self, pool: str, email: str) -> bool:
        """Creates a user with a verified address and a random password, without an invitation mail, unless the pool
        has one with that address; True if created. PkgopsError if the pool refuses."""

    def create(self, pool: str, user: NewUser) -> PoolUser:
        """Creates a user, without an invitation mail; PkgopsError with the pool's reason if it refuses, such as a
        password that is too weak or a user it has already."""

    def delete(self, pool: str, name: str) -> bool:
        """Deletes a user by name or address; False if there is none."""

    def users(self, pool: str) -> Sequence[PoolUser]:
        """The users of a pool."""

    def page(self, pool: str, email: str = "", after: str = "", most: int = 50) -> UserPage:
        """A page of the users whose address begins with ``email``, at most 60. UsageError if there is no such pool, and
        for an ``after`` that is none."""

    def confirm(self, pool: str, name: str) -> None:
        """Confirms a user who has signed up and has not proved the address. PkgopsError if there is none who waits for
        that."""

    def replace_password(self, pool: str, name: str) -> None:
        """Replaces a user's password by a random one that nobody knows. Nothing happens if there is no such user."""

    def end_sessions(self, pool: str, name: str) -> None:
        """Revokes the tokens a user was given: those that are checked offline are taken until they expire. Nothing
        happens if there is no such user."""
