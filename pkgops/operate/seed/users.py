"""Creating the users who may log in, where they are missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pkgops.errors import PkgopsError
from pkgops.operate.seed.report import KindCount

if TYPE_CHECKING:
    from pkgops.ports.users import Users
    from pkgops.seeds import SeedUser

KIND = "login"


def create_users(users: Sequence[SeedUser], pools: Mapping[str, str], port: Users) -> tuple[KindCount, tuple[str, ...]]:
    """Creates each in its pool (``pools``: ids by reference) where the address is unused; returns their count, and a
    sentence per failure."""
    written = existing = 0
    failures: list[str] = []
    for user in users:
        try:
            if port.put_if_absent(pools[user.pool], user.email):
                written += 1
            else:
                existing += 1
        except PkgopsError as error:
            failures.append(" ".join(filter(None, (error.message, error.hint))))
    return KindCount(KIND, written, existing, len(failures)), tuple(failures)
