"""Who may log in to a stage from the start?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pkgops.errors import PkgopsError
from pkgops.operate.seed.seed import KindCount

if TYPE_CHECKING:
    from pkgops.ports.users import Users
    from pkgops.seeds import SeedUser

KIND = "login"


def enrol(users: Sequence[SeedUser], pools: Mapping[str, str], port: Users) -> tuple[KindCount, tuple[str, ...]]:
    """Enrols each in its pool (``pools``: ids by reference) where nobody has the address; how many, and a sentence
    for each that failed."""
    written = there = 0
    failures: list[str] = []
    for user in users:
        try:
            if port.put_if_absent(pools[user.pool], user.email):
                written += 1
            else:
                there += 1
        except PkgopsError as error:
            failures.append(" ".join(filter(None, (error.message, error.hint))))
    return KindCount(KIND, written, there, len(failures)), tuple(failures)
