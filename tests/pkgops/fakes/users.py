"""User pools in memory."""

from __future__ import annotations

from pkgops.errors import PkgopsError


class FakeUsers:
    """`pkgops.ports.users.Users`. ``refused`` are pools that are not there."""

    def __init__(self) -> None:
        self.enrolled: set[tuple[str, str]] = set()
        self.refused: set[str] = set()

    def put_if_absent(self, pool: str, email: str) -> bool:
        if pool in self.refused:
            raise PkgopsError(f"User {email} cannot be enrolled: ResourceNotFoundException")
        if (pool, email) in self.enrolled:
            return False
        self.enrolled.add((pool, email))
        return True
