"""User pools in memory."""

from __future__ import annotations

from pkgops.errors import PkgopsError
from pkgops.ports.users import PoolUser


class FakeUsers:
    """`pkgops.ports.users.Users`. ``refused`` are pools that are not there. ``invited`` are users without a password
    of their own yet; ``renewed`` and ``signed_out`` those something was done to, in its order."""

    def __init__(self) -> None:
        self.enrolled: set[tuple[str, str]] = set()
        self.refused: set[str] = set()
        self.invited: set[tuple[str, str]] = set()
        self.renewed: list[tuple[str, str]] = []
        self.signed_out: list[tuple[str, str]] = []

    def put_if_absent(self, pool: str, email: str) -> bool:
        if pool in self.refused:
            raise PkgopsError(f"User {email} cannot be enrolled: ResourceNotFoundException")
        if (pool, email) in self.enrolled:
            return False
        self.enrolled.add((pool, email))
        return True

    def users(self, pool: str) -> list[PoolUser]:
        known = [(name, "CONFIRMED") for where, name in self.enrolled if where == pool]
        known += [(name, "FORCE_CHANGE_PASSWORD") for where, name in self.invited if where == pool]
        return [PoolUser(*row) for row in sorted(known)]

    def replace_password(self, pool: str, name: str) -> None:
        if (pool, name) in self.enrolled:
            self.renewed.append((pool, name))

    def end_sessions(self, pool: str, name: str) -> None:
        if (pool, name) in self.enrolled | self.invited:
            self.signed_out.append((pool, name))
