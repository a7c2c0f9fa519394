"""User pools in memory."""

from __future__ import annotations

from pkgops.errors import PkgopsError, not_deployed
from pkgops.ports.users import NewUser, PoolUser, UserPage


class FakeUsers:
    """`pkgops.ports.users.Users`. ``refused`` are pools that are not there. ``invited`` are users without a password
    of their own yet, ``unconfirmed`` have not proved their address; ``renewed`` and ``signed_out`` those something was
    done to, in its order."""

    def __init__(self) -> None:
        self.enrolled: set[tuple[str, str]] = set()
        self.refused: set[str] = set()
        self.invited: set[tuple[str, str]] = set()
        self.unconfirmed: set[tuple[str, str]] = set()
        self.renewed: list[tuple[str, str]] = []
        self.signed_out: list[tuple[str, str]] = []
        self.created: list[tuple[str, NewUser]] = []

    def put_if_absent(self, pool: str, email: str) -> bool:
        if pool in self.refused:
            raise PkgopsError(f"User {email} cannot be enrolled: ResourceNotFoundException")
        if (pool, email) in self.enrolled:
            return False
        self.enrolled.add((pool, email))
        return True

    def create(self, pool: str, user: NewUser) -> PoolUser:
        if (pool, user.name) in self.enrolled | self.invited:
            raise PkgopsError(f"User {user.name} cannot be created: User account already exists")
        if len(user.password) < 8:
            raise PkgopsError(f"User {user.name} cannot be created: Password did not conform with policy")
        self.created.append((pool, user))
        (self.invited if user.temporary else self.enrolled).add((pool, user.name))
        status = "FORCE_CHANGE_PASSWORD" if user.temporary else "CONFIRMED"
        return PoolUser(user.name, status, user.attributes.get("email", ""))

    def delete(self, pool: str, name: str) -> bool:
        found = (pool, name) in self.enrolled | self.invited
        self.enrolled.discard((pool, name))
        self.invited.discard((pool, name))
        return found

    def users(self, pool: str) -> list[PoolUser]:
        known = [(name, "CONFIRMED") for where, name in self.enrolled if where == pool]
        known += [(name, "FORCE_CHANGE_PASSWORD") for where, name in self.invited if where == pool]
        return [PoolUser(*row) for row in sorted(known)]

    def page(self, pool: str, email: str = "", after: str = "", most: int = 50) -> UserPage:
        if pool in self.refused:
            raise not_deployed("User pool", pool)
        known = [PoolUser(one.name, one.status, one.name) for one in self.users(pool) if one.name.startswith(email)]
        known += [
            PoolUser(name, "UNCONFIRMED", name)
            for where, name in sorted(self.unconfirmed)
            if where == pool and name.startswith(email)
        ]
        start = int(after or 0)
        end = start + most
        return UserPage(tuple(known[start:end]), str(end) if end < len(known) else "")

    def confirm(self, pool: str, name: str) -> None:
        if (pool, name) not in self.unconfirmed:
            raise PkgopsError(f"User {name} cannot be confirmed: it is not waiting for that.")
        self.unconfirmed.discard((pool, name))
        self.enrolled.add((pool, name))

    def replace_password(self, pool: str, name: str) -> None:
        if (pool, name) in self.enrolled:
            self.renewed.append((pool, name))

    def end_sessions(self, pool: str, name: str) -> None:
        if (pool, name) in self.enrolled | self.invited:
            self.signed_out.append((pool, name))
