"""IAM's users in memory."""

from __future__ import annotations

from itertools import count

from pkgops.errors import PkgopsError, UsageError
from pkgops.ports.access_keys import AccessKey

MOST = 2  # keys of a user


class FakeAccessKeys:
    """`pkgops.ports.access_keys.AccessKeys`. ``users`` has the keys by user, ``policies`` what is attached."""

    def __init__(self) -> None:
        self.users: dict[str, list[str]] = {}
        self.policies: dict[str, set[str]] = {}
        self._numbers = count(1)

    def ids(self, user: str) -> list[str] | None:
        return list(self.users[user]) if user in self.users else None

    def put_user(self, user: str, policy: str) -> None:
        self.users.setdefault(user, [])
        self.policies.setdefault(user, set()).add(policy)

    def create(self, user: str) -> AccessKey:
        if user not in self.users:
            raise PkgopsError(f"User {user} cannot be given an access key: NoSuchEntity")
        if len(self.users[user]) == MOST:
            raise UsageError(f"User {user} has as many access keys as IAM allows.")
        key = f"AKIA{next(self._numbers):016}"
        self.users[user].append(key)
        return AccessKey(key, f"secret of {key}")

    def delete(self, user: str, key: str) -> None:
        if key in self.users.get(user, []):
            self.users[user].remove(key)

    def delete_user(self, user: str) -> None:
        self.users.pop(user, None)
        self.policies.pop(user, None)
