"""The port to IAM's users and their access keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A new pair. ``secret`` is told once, when it is made."""

    id: str
    secret: str = field(repr=False)


class AccessKeys(Protocol):
    """Users of IAM that programs act as."""

    def ids(self, user: str) -> list[str] | None:
        """The ids of a user's access keys, oldest first; None if there is no such user."""

    def put_user(self, user: str, policy: str) -> None:
        """Creates the user unless there is one of that name, and attaches the managed policy with that ARN."""

    def create(self, user: str) -> AccessKey:
        """Creates an access key of an existing user. UsageError if it has as many as IAM allows."""

    def delete(self, user: str, key: str) -> None:
        """Deletes an access key, if it is there."""

    def delete_user(self, user: str) -> None:
        """Deletes the user with its keys, after detaching its managed policies, if it is there."""
